# git paste uploads your changes and prints their link; git paste main... what is new since main.
git config --global alias.paste '!f() { git diff "$@" |
    curl -sS --fail-with-body{% if key %} -H "Authorization: Bearer {{ key }}"{% endif %} \
        -T - {{ home }}changes.diff; }; f'
