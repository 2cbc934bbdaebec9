"""Files that would run, each in its own way, where a browser let them."""

PWN = (
    "document.title='pwned';try{localStorage.setItem('pwned','1')}catch(e){}"
    "fetch('/pwned');new Image().src='/pwned?image';alert('pwned')"
)
XHTML = "http://www.w3.org/1999/xhtml"

_HTML = f"""<!doctype html><title>innocent</title><script>{PWN}</script><img src=/nothing onerror="{PWN}">
<body onload="{PWN}"><svg onload="{PWN}"></svg><iframe srcdoc="<script>parent.{PWN}</script>"></iframe>
<a id=x href="javascript:{PWN}" autofocus onfocus="{PWN}">x</a><meta http-equiv=refresh content="0;url=/pwned?refresh">
<link rel=stylesheet href=/pwned?style><form action=/pwned?form><button autofocus onfocus="{PWN}">""".replace("\n", "")

_SVG = f"""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
width="9" height="9" onload="{PWN}"><script>{PWN}</script><foreignObject width="9" height="9">
<body xmlns="{XHTML}"><script>{PWN}</script><img src="/pwned?inner"/></body></foreignObject>
<image href="/pwned?svgimage" width="9" height="9" onerror="{PWN}"/><a href="javascript:{PWN}"><rect width="9"/></a>
<animate onbegin="{PWN}" attributeName="x" dur="1s"/></svg>"""

_XHTML = f"""<?xml version="1.0"?><html xmlns="{XHTML}"><head><title>innocent</title><script>{PWN}</script></head>
<body onload="{PWN}"><img src="/nothing" onerror="{PWN}"/></body></html>"""

_PDF = f"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\);{PWN})>>>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/AA<</O<</S/URI/URI(/pwned?pdf)>>>>>>endobj
trailer<</Root 1 0 R>>
%%EOF"""

# The stylesheet turns any document into a page with a script. `xslt` names it, and is made when its address is known.
STYLESHEET = f"""<?xml version="1.0"?><xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:template match="/"><html><head><script>{PWN}</script></head><body onload="{PWN}"/></html></xsl:template>
</xsl:stylesheet>"""


def xml_with(stylesheet: str) -> bytes:
    """A document that a browser would transform with the stylesheet of that address."""
    return f'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="{stylesheet}"?><x>innocent</x>'.encode()


# By the name they are uploaded with.
SCRIPTS: dict[str, bytes] = {
    "page.html": _HTML.encode(),
    "page.png": _HTML.encode(),
    "page": _HTML.encode(),
    "page.txt": _HTML.encode(),
    "utf16.html": _HTML.encode("utf-16"),
    "utf7.html": b"+ADw-script+AD4-" + PWN.encode() + b"+ADw-/script+AD4-",
    "polyglot.gif": b"GIF89a/*" + b"\x01" * 20 + b"*/=1;" + PWN.encode() + _HTML.encode(),
    "polyglot.jpg": b"\xff\xd8\xff\xe0" + _HTML.encode(),
    "picture.svg": _SVG.encode(),
    "picture.png": _SVG.encode(),
    "document.xhtml": _XHTML.encode(),
    "document.xml": _XHTML.encode(),
    "feed.rss": _XHTML.encode(),
    "script.js": PWN.encode(),
    "module.mjs": PWN.encode(),
    "data.json": b'{"x": "</script><script>' + PWN.encode() + b'</script>"}',
    "style.css": f"body{{background:url('/pwned?css')}} </style><script>{PWN}</script>".encode(),
    "notes.md": f"# x\n<script>{PWN}</script>\n[x](javascript:{PWN})\n![x](/pwned?markdown)\n".encode()
    + _HTML.encode(),
    "mail.mht": b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + _HTML.encode(),
    "old.hta": _HTML.encode(),
    "paper.pdf": _PDF.encode(),
    "archive.zip": b"PK\x03\x04" + _HTML.encode(),
    "worker.wasm": b"\0asm\x01\0\0\0" + _HTML.encode(),
    f"<img src=x onerror={PWN.replace('/', '&#47;')}>.html": _HTML.encode(),
}
