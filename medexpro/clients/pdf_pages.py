"""Count the pages of a PDF that a stranger sent, in a process of its own that may not grow or work without end.

Run by its path, with the PDF on standard input and the two limits behind it, so that nothing of the product is loaded.
Prints the number of pages. Its end says what else there is: LOCKED, DAMAGED, or any other code where the file asked for
too much memory or time.
"""

import contextlib
import io
import sys

LOCKED, DAMAGED, TOO_MUCH = 3, 4, 5
# A few bytes of a PDF may unfold to gigabytes: an honest scan of 15 MB opens in 300 MB and a fraction of a second.
MOST_BYTES, MOST_SECONDS = 1024**3, 5


def main() -> int:
    """Print the number of pages; return the code this process ends with."""
    import pikepdf

    most_bytes, most_seconds = (int(one) for one in sys.argv[1:3])
    # Where the system knows no such limits, the caller's own clock still ends this.
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
        resource.setrlimit(resource.RLIMIT_CPU, (most_seconds, most_seconds))
    try:
        with pikepdf.open(io.BytesIO(sys.stdin.buffer.read()), suppress_warnings=True) as opened:
            pages = len(opened.pages)
            # The reader goes round what it could not unfold; such a file would ask for the same again wherever it is opened.
            if any("alloc" in str(said) for said in opened.get_warnings()):
                return TOO_MUCH
            print(pages)
    except pikepdf.PasswordError:
        return LOCKED
    except MemoryError:
        return TOO_MUCH
    except (pikepdf.PdfError, ValueError, RuntimeError):
        return DAMAGED
    return 0


if __name__ == "__main__":
    sys.exit(main())
