"""Makes the typeface of the prints anew: `python scripts/lib/typeface.py` (needs npm and the development packages).

Out of the static fonts of the npm package below it takes every character they have and drops what a print never
asks for: layout features, vertical metrics, glyphs that only a feature reaches, hints. What it writes is the same
for the same package and tools, byte by byte; the licence (OFL 1.1) goes with it.
"""

import gzip
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

PACKAGE = "@expo-google-fonts/noto-sans-sc@0.4.3"
WEIGHTS = {
    "NotoSansSC-Regular.ttf.gz": "package/400Regular/NotoSansSC_400Regular.ttf",
    "NotoSansSC-Bold.ttf.gz": "package/700Bold/NotoSansSC_700Bold.ttf",
}
LICENCE = "package/LICENSE_FONT"
TARGET = Path(__file__).resolve().parents[2] / "backend/kernel/pdf/typeface"
DROPPED = ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "vhea", "vmtx", "gasp", "prep"]


def smaller(font: bytes) -> bytes:
    """A font of the same characters, without what a print never asks for."""
    opened = TTFont(io.BytesIO(font), recalcTimestamp=False)
    options = subset.Options(
        hinting=False, layout_features=[], notdef_outline=True, recalc_timestamp=False, name_IDs=["*"]
    )
    options.drop_tables += DROPPED
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=opened.getBestCmap())
    cutter.subset(opened)
    made = io.BytesIO()
    opened.save(made)
    return made.getvalue()


def write(package: Path, target: Path) -> None:
    """Both weights and the licence, from the package's archive into `target`."""
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(package) as archive:

        def content(name: str) -> bytes:
            member = archive.extractfile(name)
            if member is None:
                raise FileNotFoundError(name)
            return member.read()

        for name, source in WEIGHTS.items():
            packed = gzip.compress(smaller(content(source)), compresslevel=9, mtime=0)
            (target / name).write_bytes(packed)
            print(f"{name}: {len(packed):,} bytes")
        (target / "OFL.txt").write_bytes(content(LICENCE))


def main() -> int:
    """Entry of the command line; returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        pack = ["npm", "pack", "--pack-destination", folder, PACKAGE]
        subprocess.run(pack, check=True, stdout=subprocess.DEVNULL)
        write(next(Path(folder).glob("*.tgz")), TARGET)
    return 0


if __name__ == "__main__":
    sys.exit(main())
