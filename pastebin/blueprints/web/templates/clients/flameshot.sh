#!/bin/sh
# Choose a part of the screen: its link is printed, and copied. Bind this script to a key of your desktop.
picture=$(mktemp) || exit
trap 'rm -f "$picture"' EXIT
flameshot gui --raw > "$picture" && [ -s "$picture" ] || exit
link=$(curl -sS --fail-with-body{% if key %} -H 'Authorization: Bearer {{ key }}'{% endif %} \
    -T "$picture" "{{ home }}$(date +%F-%H%M%S).png") || { echo "$link" >&2; exit 1; }
echo "$link"
if [ -n "$WAYLAND_DISPLAY" ]; then
    printf %s "$link" | wl-copy > /dev/null 2>&1
else
    printf %s "$link" | xclip -selection clipboard > /dev/null 2>&1
fi
exit 0
