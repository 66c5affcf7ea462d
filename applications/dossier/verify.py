"""
核对卷宗：逐个文件核对摘要，逐条核对办理记录，说出“完整”或者第一处不符。

用法（Python 3.8 以上，不需要安装任何软件，不需要联网）：
    python3 verify.py                核对本程序所在的文件夹
    python3 verify.py 卷宗.zip       核对 ZIP 文件
    python3 verify.py 文件夹

Proves a dossier with nothing but the standard library: it travels inside the dossier and runs where no portal is.
"""

import hashlib
import json
import sys
import zipfile
from pathlib import Path, PurePosixPath

# What unpacking and looking at a folder leaves behind; none of it belongs to the dossier.
LEFTOVERS = frozenset({"Thumbs.db", "desktop.ini"})
SAID = frozenset(
    {"chain", "sequence", "application", "authority", "action", "before", "after", "by", "duty", "at", "note"}
    | {"detail", "previous"}
)


class Broken(Exception):
    """The first thing that does not fit, in words."""


class Folder:
    """The files of a dossier in a folder."""

    def __init__(self, place):
        self.place = Path(place)

    def names(self):
        """Return the paths of all files, with forward slashes."""
        files = (file for file in self.place.rglob("*") if file.is_file())
        return {file.relative_to(self.place).as_posix() for file in files}

    def open(self, name):
        """Open one file for reading."""
        return (self.place / name).open("rb")


class Archive:
    """The files of a dossier in a ZIP."""

    def __init__(self, place):
        self.archive = zipfile.ZipFile(place)

    def names(self):
        """Return the paths of all files."""
        names = [name for name in self.archive.namelist() if not name.endswith("/")]
        if len(names) != len(set(names)):
            raise Broken("ZIP 中有同名文件")
        return set(names)

    def open(self, name):
        """Open one file for reading."""
        return self.archive.open(name)


def verify(dossier):
    """Return the sentence for a complete dossier. Raises Broken."""
    names = dossier.names()
    manifest = read(dossier, names, "manifest.json")
    check_files(dossier, names, manifest)
    record = read(dossier, names, "events.json")
    check_events(record["events"], manifest["head"])
    check_origins(dossier, names, record["events"])
    files, events = len(manifest["files"]), len(record["events"])
    return (
        f"完整：卷宗 {manifest['case']}，{files}个文件、{events}条办理记录全部相符。\n"
        f"末条办理记录摘要：{manifest['head']['hash']}\n"
        f"制作时间：{manifest['made_at']}\n"
        "要确认卷宗本身没有被整体改写，请将上面的摘要与平台“办理记录与文书”页上的摘要比对。"
    )


def read(dossier, names, name):
    """Return the content of a JSON file. Raises Broken."""
    if name not in names:
        raise Broken(f"缺失文件：{name}")
    try:
        with dossier.open(name) as file:
            return json.loads(file.read().decode("utf-8"))
    except (ValueError, zipfile.BadZipFile):
        raise Broken(f"文件无法读取：{name}") from None


def check_files(dossier, names, manifest):
    """Prove that every file of the list is there with its content, and that there is no other."""
    for sentence in manifest["problems"]:
        raise Broken(f"制作卷宗时已有问题：{sentence}")
    for name, listed in sorted(manifest["files"].items()):
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise Broken(f"清单中的路径不安全：{name}")
        if name not in names:
            raise Broken(f"缺失文件：{name}")
        if sha256(dossier, name) != listed["sha256"]:
            raise Broken(f"文件与清单不符：{name}")
    for name in sorted(names - set(manifest["files"]) - {"manifest.json"}):
        path = PurePosixPath(name)
        if path.name not in LEFTOVERS and not any(part.startswith((".", "__")) for part in path.parts):
            raise Broken(f"清单之外的文件：{name}")


def sha256(dossier, name):
    """Return the SHA-256 of a file, read in pieces."""
    found = hashlib.sha256()
    try:
        with dossier.open(name) as file:
            for piece in iter(lambda: file.read(1 << 20), b""):
                found.update(piece)
    except zipfile.BadZipFile:
        raise Broken(f"文件与清单不符：{name}") from None
    return found.hexdigest()


def check_events(events, head):
    """Prove that each link carries the hash of the one before and of its own words, up to the head of the list."""
    previous = ""
    for place, event in enumerate(events, start=1):
        if event["sequence"] != place:
            raise Broken(f"办理记录第{place}条：序号不连续")
        if event["previous"] != previous:
            raise Broken(f"办理记录第{place}条：与前一条的摘要衔接不上")
        said = {name: event[name] for name in SAID}
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if hashlib.sha256(text.encode("utf-8")).hexdigest() != event["hash"]:
            raise Broken(f"办理记录第{place}条：内容与摘要不符")
        previous = event["hash"]
    if (len(events), previous) != (head["sequence"], head["hash"]):
        raise Broken("办理记录的末条与清单所载不符")


def check_origins(dossier, names, events):
    """Prove that each piece of evidence is the file that was handed in, as the history says."""
    handed_in = {
        event["detail"]["evidence"]: event["detail"]["sha256"] for event in events if event["action"] == "attach"
    }
    for row in read(dossier, names, "parts/evidence.json"):
        if handed_in.get(row["id"], row["sha256"]) != row["sha256"] or sha256(dossier, row["path"]) != row["sha256"]:
            raise Broken(f"佐证材料与办理记录所载摘要不符：{row['path']}")


def main(arguments):
    """Verify the named dossier, or the one around this file. Returns the status for the shell."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    place = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    try:
        sentence = verify(Archive(place) if place.is_file() else Folder(place))
    except (Broken, zipfile.BadZipFile) as reason:
        sys.stdout.write(f"不完整：{reason}。\n")
        return 1
    except (KeyError, TypeError, OSError) as reason:
        sys.stdout.write(f"不完整：卷宗的结构无法识别（{type(reason).__name__}：{reason}）。\n")
        return 1
    sys.stdout.write(sentence + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
