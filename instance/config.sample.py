# What can be set. Copy this file to config.py beside it, and take the "# " off what you change;
# every line shows the default. PASTEBIN_NAME in the environment wins over what is written here.
# docs/settings.md says more about each. Sizes: bytes or "10MiB"; times: seconds or "2h", "7d".

# ---- The server

# Where it listens: HOST:PORT, or unix:PATH.
# BIND = "127.0.0.1:8000"

# Processes, and in each the requests worked on at once. Clients that only wait cost no thread.
# WORKERS = 2
# THREADS = 32

# Time for a request's headers to be complete, and bytes a second, over a minute, that a body must
# come in with; slower ones are answered 408 and closed.
# HEADER_TIMEOUT = "15s"
# BODY_MIN_RATE = "1KiB"

# debug, info, warning or error.
# LOG_LEVEL = "info"

# ---- Who it is to the world

# The address people use. Links are made of it; without it, of the Host a request names, if trusted.
# BASE_URL = ""

# Further host names that this server answers to, and proxies whose X-Forwarded-For and
# X-Forwarded-Proto are believed (addresses or networks).
# TRUSTED_HOSTS = []
# TRUSTED_PROXIES = []

# A folder that nginx reads too, so that it may keep answers of its own (docs/operating.md). Empty: none.
# PROXY_FOLDER = ""

# ---- Where things are kept

# Signs keys and tokens. Empty: made at the first start, in secret_key in this folder (back it up).
# Put the former key here when you change it, so that what it signed is still accepted.
# SECRET_KEY = ""
# SECRET_KEY_FALLBACKS = []

# Empty: SQLite, and the folder blobs, both in this folder.
# DATABASE_URL = ""
# BLOB_FOLDER = ""

# Contents up to this size wait in the database until the next sweep; 0 for none.
# STAGING_SIZE = "4KiB"

# Free disk below which uploads are refused (507); reading and deleting go on.
# STORAGE_RESERVE = "256MiB"

# ---- Files

# The fewest hex digits of a hash address, 8 to 64; 16 is good advice.
# ADDRESS_LENGTH = 16

# How long caches may keep what a hash address serves.
# CACHE_SECONDS = "1h"

# Bytes of the files of one request together.
# MAX_FILE_SIZE = "16GiB"

# Bytes that the files of an account may have together; None for no limit.
# USER_QUOTA = None

# What is taken: media types, "image/*" or ".extension". Empty: everything.
# ALLOWED_TYPES = []

# ---- Images in other sizes

# Pixels of one frame of an image to be transformed, or of the result (of all its frames ten times
# that), and how many frames.
# MAX_IMAGE_PIXELS = 120_000_000
# MAX_IMAGE_FRAMES = 1000

# Processor time and address space that making one image may take.
# IMAGE_TIME = "10s"
# IMAGE_MEMORY = "1536MiB"

# Where what was made is kept (empty: the folder derived, in this folder), and how many bytes of it.
# DERIVED_FOLDER = ""
# DERIVED_CACHE_SIZE = "1GiB"

# ---- People without an account

# Whether they may upload; how large; how many bytes an address may add a day; how long it is kept.
# ANONYMOUS_UPLOADS = True
# ANONYMOUS_MAX_FILE_SIZE = "512MiB"
# ANONYMOUS_QUOTA = "10GiB"
# ANONYMOUS_MAX_EXPIRY = None

# ---- Encrypted files

# Bytes of one chunk; hours that such a file is kept at most.
# MAX_CHUNK_SIZE = "32MiB"
# MAX_RETENTION_HOURS = 720

# Whom to write to about this server (told by /api/serverinfo), and whether the addresses that a file came
# from are kept and shown to whoever has its link.
# OPERATOR_EMAIL = ""
# RECORD_ADDRESSES = False

# ---- Accounts

# Whether people may make accounts: "open" or "closed" (then: pastebin user add NAME).
# REGISTRATION = "open"

# How long a login lasts without being used.
# SESSION_LIFETIME = "30d"

# Whether only accounts with a confirmed e-mail address may upload (needs BASE_URL, for the links in mails).
# REQUIRE_VERIFIED_EMAIL = False

# ---- Mail: none is sent without BASE_URL

# The server that it is handed to; empty: it is written to the log. "starttls" goes with 587, "tls" with 465.
# SMTP_HOST = ""
# SMTP_PORT = 587
# SMTP_SECURITY = "starttls"
# SMTP_USER = ""
# SMTP_PASSWORD = ""

# Whom it comes from; empty: pastebin@ the host of BASE_URL.
# MAIL_FROM = ""

# How long links work that confirm an address, and that set a new password.
# VERIFY_LIFETIME = "2d"
# RESET_LIFETIME = "1h"

# ---- Rates: COUNT/TIME

# False turns every one of them off (for load tests).
# RATE_LIMITS = True

# Requests of a user, or an address, under /api or that change something.
# API_RATE = "1000/1min"

# What a user may do by the API: give names, remove them, change extensions, delete several files, delete all.
# RENAME_RATE = "20/1h"
# UNNAME_RATE = "20/1h"
# EXTENSION_RATE = "20/1h"
# BULK_DELETE_RATE = "20/6h"
# DELETE_ALL_RATE = "1/7d"

# Password attempts from one address, and for one user name.
# LOGIN_RATE = "30/15min"
# LOGIN_NAME_RATE = "10/15min"

# Accounts made from one address.
# REGISTER_RATE = "20/1h"

# Mails asked for: from one address, for one account, and to one address.
# MAIL_RATE = "5/1h"

# Wrong keys for one private file from one address that are compared at all.
# PRIVATE_KEY_RATE = "20/1h"

# ---- Housekeeping

# How often the sweep runs by itself (0: never), and how old bytes must be that no file ever named
# before it removes them.
# SWEEP_INTERVAL = "10min"
# SWEEP_GRACE = "1d"
