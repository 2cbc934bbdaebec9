"""What a page shows of a content: text with numbered lines, Markdown, media, the first bytes of anything else.

Everything in here takes bytes and text from strangers. So it reads a bounded
part of them, and the two renderers whose time depends on what is written
(`highlighting` and `markdown`) run in a process of their own, `renderer`,
which the kernel ends when it takes too long. That process imports neither
Flask nor the rest of the program; it starts in a tenth of a second.
"""
