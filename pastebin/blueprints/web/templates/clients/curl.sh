{% set auth = ' -H "$AUTH"' if key else "" -%}
{% if key -%}
AUTH='Authorization: Bearer {{ key }}'
{% endif -%}
# A file. The answer is its link.
curl -sS{{ auth }} -T notes.txt {{ home }}
# What a program prints, under a name.
ls -l | curl -sS{{ auth }} -T - {{ home }}listing.txt
# For a week, for three downloads, for whoever has the link; the answer is JSON.
curl -sS{{ auth }} -F expire=7d -F limit=3 -F private=1 -F file=@notes.txt \
    {{ home }}api/upload
