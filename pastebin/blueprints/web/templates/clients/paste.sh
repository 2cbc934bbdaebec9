# pb FILE… uploads files and prints their links; … | pb uploads what comes in.
{% if key -%}
PB_KEY='{{ key }}'
{% else -%}
# With PB_KEY={{ placeholder }} in the environment they are yours.
{% endif -%}
pb() (
    [ $# -gt 0 ] || set -- -
    for file in "$@"; do
        curl -sS --fail-with-body ${PB_KEY:+"-HAuthorization: Bearer $PB_KEY"} \
            -T "$file" {{ home }} || exit
    done
)
