# pb FILE… uploads files and prints their links; … | pb uploads what comes in.
# With PB_KEY={{ placeholder }} in the environment they are yours.
pb() (
    [ $# -gt 0 ] || set -- -
    for file in "$@"; do
        curl -sS --fail-with-body ${PB_KEY:+"-HAuthorization: Bearer $PB_KEY"} \
            -T "$file" {{ home }} || exit
    done
)
