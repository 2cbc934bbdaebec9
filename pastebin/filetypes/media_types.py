"""The one table of extensions and media types.

Ours and fixed: /etc/mime.types and Python's own table differ from machine to
machine and version to version, and a link must mean the same on all of them.
Names are IANA's where IANA has one, else the one that browsers and
freedesktop's shared-mime-info use. As what a type may leave the server is
decided in `serving`, never here.
"""

from typing import Final

OCTET_STREAM: Final = "application/octet-stream"

_TABLE: Final = """
text/plain: txt text log asc conf cfg ini properties list lst nfo env
text/markdown: md markdown mdown mkd mdx
text/x-rst: rst
text/asciidoc: adoc asciidoc
text/org: org
text/csv: csv
text/tab-separated-values: tsv tab
text/html: html htm shtml
text/css: css
text/x-scss: scss
text/x-sass: sass
text/x-less: less
text/javascript: js mjs cjs
text/jsx: jsx
text/x-typescript: ts cts tsx
text/x-vue: vue
text/x-svelte: svelte
text/x-diff: diff patch
text/x-python: py pyi pyw pyx
text/x-c: c h
text/x-c++: cc cpp cxx hh hpp hxx ino
text/x-objective-c: m mm
text/x-csharp: cs
text/x-fsharp: fs fsi fsx
text/x-vb: vb vbs bas
text/x-java: java
text/x-kotlin: kt kts
text/x-scala: scala sbt
text/x-groovy: groovy gradle
text/x-clojure: clj cljs cljc edn
text/x-go: go
text/x-rust: rs
text/x-zig: zig
text/x-nim: nim
text/x-d: d
text/x-swift: swift
text/x-dart: dart
text/x-ruby: rb rake gemspec
text/x-crystal: cr
text/x-elixir: ex exs
text/x-erlang: erl hrl
text/x-haskell: hs lhs
text/x-ocaml: ml mli
text/x-lisp: lisp lsp el
text/x-scheme: scm rkt
text/x-julia: jl
text/x-r: r rmd
text/x-lua: lua
text/x-pascal: pas pp
text/x-fortran: f f90 f95 f03 for
text/x-ada: adb ads
text/x-asm: s asm
text/x-verilog: v sv vh
text/x-vhdl: vhd vhdl
text/x-makefile: mk mak makefile
text/x-cmake: cmake
text/x-dockerfile: dockerfile
text/x-nix: nix
text/x-terraform: tf tfvars hcl
text/x-protobuf: proto
text/x-graphql: graphql gql
text/x-powershell: ps1 psm1 psd1
text/x-batch: bat cmd
text/x-vim: vim
text/x-glsl: glsl frag vert hlsl wgsl
text/x-gcode: gcode nc
text/x-bibtex: bib
text/x-gettext: po pot
text/x-ssa: ass ssa
text/x-systemd-unit: service socket timer mount
text/x-lilypond: ly ily
text/x-opml: opml
text/vtt: vtt
text/calendar: ics ifb
text/vcard: vcf vcard
text/troff: roff man
text/cache-manifest: appcache
text/x-component: htc
text/x-setext: etx
text/turtle: ttl
text/n3: n3
text/xsl: xsl
application/json: json map ipynb har
application/json5: json5
application/ld+json: jsonld
application/geo+json: geojson
application/manifest+json: webmanifest
application/x-ndjson: ndjson jsonl
application/yaml: yaml yml
application/toml: toml
application/xml: xml xsd rng plist resx csproj vbproj vcxproj props targets
application/xml-dtd: dtd
application/xslt+xml: xslt
application/xhtml+xml: xhtml xht
application/rss+xml: rss
application/atom+xml: atom
application/rdf+xml: rdf owl
application/wsdl+xml: wsdl
application/mathml+xml: mathml mml
application/gpx+xml: gpx
application/vnd.google-earth.kml+xml: kml
application/x-xliff+xml: xlf xliff
application/ttml+xml: ttml
application/sql: sql
application/x-sh: sh bash zsh fish ksh
application/x-csh: csh tcsh
application/x-perl: pl pm
application/x-httpd-php: php phtml
application/x-awk: awk
application/x-tcl: tcl
application/x-tex: tex sty cls
application/x-latex: latex ltx
application/x-texinfo: texi texinfo
application/x-subrip: srt
application/x-desktop: desktop
application/x-pem-file: pem crt csr
application/pgp-keys: gpgkey
application/mbox: mbox
application/hta: hta
message/rfc822: eml mht mhtml
audio/x-mpegurl: m3u m3u8
audio/x-scpls: pls
model/gltf+json: gltf
model/obj: obj
image/svg+xml: svg
image/x-xbitmap: xbm
image/x-xpixmap: xpm
image/png: png
image/apng: apng
image/jpeg: jpg jpeg jpe jfif jif pjpeg pjp
image/gif: gif
image/webp: webp
image/avif: avif avifs
image/heic: heic hif heics
image/heif: heif heifs
image/bmp: bmp dib
image/tiff: tif tiff
image/vnd.microsoft.icon: ico
image/x-win-bitmap: cur
image/jxl: jxl
image/jp2: jp2 jpx j2k jpf
image/vnd.adobe.photoshop: psd psb
image/x-xcf: xcf
image/x-exr: exr
image/vnd-ms.dds: dds
image/x-tga: tga
image/x-pcx: pcx
image/x-portable-anymap: pnm pbm pgm ppm pam
image/x-qoi: qoi
image/x-icns: icns
image/wmf: wmf
image/emf: emf
image/vnd.djvu: djvu djv
image/x-adobe-dng: dng
image/x-canon-cr2: cr2
image/x-canon-cr3: cr3
image/x-nikon-nef: nef
image/x-sony-arw: arw
image/x-olympus-orf: orf
image/x-panasonic-rw2: rw2
audio/mpeg: mp3 mp2 mp1 mpga mpa
audio/ogg: ogg oga opus spx
audio/flac: flac
audio/wav: wav wave
audio/aac: aac
audio/mp4: m4a m4b m4r
audio/webm: weba
audio/x-matroska: mka
audio/aiff: aif aiff aifc
audio/midi: mid midi kar
audio/basic: au snd
audio/amr: amr
audio/x-ms-wma: wma
audio/x-ape: ape
audio/x-wavpack: wv
audio/x-caf: caf
video/mp4: mp4 m4v mp4v f4v
video/webm: webm
video/x-matroska: mkv mk3d
video/quicktime: mov qt
video/ogg: ogv ogx
video/x-msvideo: avi divx
video/mpeg: mpg mpeg mpe m1v m2v vob
video/mp2t: m2ts mts m2t
video/3gpp: 3gp
video/3gpp2: 3g2
video/x-flv: flv
video/x-ms-wmv: wmv
video/x-ms-asf: asf
font/woff: woff
font/woff2: woff2
font/ttf: ttf
font/otf: otf
font/collection: ttc otc
application/vnd.ms-fontobject: eot
application/x-font-type1: pfb
application/pdf: pdf
application/postscript: ps eps ai
application/rtf: rtf
application/epub+zip: epub
application/x-mobipocket-ebook: mobi prc
application/vnd.amazon.ebook: azw azw3
application/vnd.comicbook+zip: cbz
application/vnd.comicbook-rar: cbr
application/msword: doc dot
application/vnd.ms-excel: xls xlt
application/vnd.ms-powerpoint: ppt pps
application/vnd.ms-outlook: msg
application/vnd.visio: vsd
application/vnd.ms-project: mpp
application/x-mspublisher: mspub
application/x-ole-storage: ole
application/x-msaccess: mdb accdb
application/vnd.openxmlformats-officedocument.wordprocessingml.document: docx
application/vnd.openxmlformats-officedocument.wordprocessingml.template: dotx
application/vnd.openxmlformats-officedocument.spreadsheetml.sheet: xlsx
application/vnd.openxmlformats-officedocument.spreadsheetml.template: xltx
application/vnd.openxmlformats-officedocument.presentationml.presentation: pptx
application/vnd.openxmlformats-officedocument.presentationml.template: potx
application/vnd.openxmlformats-officedocument.presentationml.slideshow: ppsx
application/vnd.ms-word.document.macroenabled.12: docm
application/vnd.ms-excel.sheet.macroenabled.12: xlsm
application/vnd.ms-excel.sheet.binary.macroenabled.12: xlsb
application/vnd.ms-powerpoint.presentation.macroenabled.12: pptm
application/vnd.ms-visio.drawing: vsdx
application/vnd.oasis.opendocument.text: odt
application/vnd.oasis.opendocument.text-template: ott
application/vnd.oasis.opendocument.spreadsheet: ods
application/vnd.oasis.opendocument.spreadsheet-template: ots
application/vnd.oasis.opendocument.presentation: odp
application/vnd.oasis.opendocument.presentation-template: otp
application/vnd.oasis.opendocument.graphics: odg
application/vnd.oasis.opendocument.formula: odf
application/vnd.oasis.opendocument.database: odb
application/vnd.ms-xpsdocument: xps
application/vnd.apple.pages: pages
application/vnd.apple.numbers: numbers
application/vnd.google-earth.kmz: kmz
application/x-krita: kra
application/x-sketch: sketch
image/openraster: ora
model/3mf: 3mf
model/gltf-binary: glb
model/stl: stl
model/vnd.usdz+zip: usdz
application/x-blender: blend
application/zip: zip
application/gzip: gz tgz taz svgz
application/x-xz: xz txz
application/x-bzip2: bz2 tbz tbz2
application/zstd: zst tzst zstd
application/x-lz4: lz4
application/x-lzip: lz
application/x-lzma: lzma tlz
application/x-lzop: lzo
application/x-brotli: br
application/x-snappy-framed: sz
application/x-compress: z
application/x-7z-compressed: 7z
application/vnd.rar: rar
application/x-tar: tar
application/x-cpio: cpio
application/x-archive: a ar lib
application/vnd.debian.binary-package: deb udeb
application/x-rpm: rpm
application/vnd.ms-cab-compressed: cab
application/x-xar: xar
application/x-iso9660-image: iso
application/x-apple-diskimage: dmg
application/x-squashfs: squashfs snap sfs
application/x-qemu-disk: qcow2
application/x-virtualbox-vmdk: vmdk
application/x-virtualbox-ova: ova
application/java-archive: jar war ear
application/vnd.android.package-archive: apk
application/x-ios-app: ipa
application/x-xpinstall: xpi
application/x-chrome-extension: crx
application/x-shockwave-flash: swf
application/wasm: wasm
application/x-python-wheel: whl
application/x-executable: elf
application/x-sharedlib: so ko
application/x-object: o
application/vnd.appimage: appimage
application/x-mach-binary: macho dylib
application/vnd.microsoft.portable-executable: exe dll sys scr ocx cpl efi
application/x-msi: msi
application/x-ms-shortcut: lnk
application/vnd.ms-htmlhelp: chm
application/java-vm: class
application/x-dex: dex
application/x-python-code: pyc pyo
application/vnd.sqlite3: sqlite sqlite3 db3
application/geopackage+sqlite3: gpkg
application/vnd.apache.parquet: parquet
application/vnd.apache.arrow.file: arrow feather
application/x-avro: avro
application/x-hdf5: h5 hdf5
application/x-npy: npy
application/x-npz: npz
application/x-pickle: pkl pickle
application/dicom: dcm
application/vnd.tcpdump.pcap: pcap cap
application/x-pcapng: pcapng
application/x-keepass2: kdbx
application/x-age: age
application/pgp-encrypted: gpg pgp
application/pgp-signature: sig
application/pkix-cert: cer der
application/pkcs12: p12 pfx
application/x-apple-aspen-config: mobileconfig
application/x-bittorrent: torrent
application/octet-stream: bin img raw
"""


def _parse(table: str) -> dict[str, str]:
    types: dict[str, str] = {}
    for line in table.strip().splitlines():
        media_type, _, extensions = line.partition(": ")
        types.update(dict.fromkeys(extensions.split(), media_type))
    return types


MEDIA_TYPES: Final = _parse(_TABLE)


def media_type_of(extension: str) -> str | None:
    """The media type that an extension stands for; None where we know none.

    Without a leading dot, in any case. Of two parts the last one counts:
    `tar.gz` is `application/gzip`, since that is what the bytes are.
    """
    return MEDIA_TYPES.get(extension.lower().rpartition(".")[2])
