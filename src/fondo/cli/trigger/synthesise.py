"""`fondo trigger synthesise`: made-up voices, and clips to be heard before training."""

from pathlib import Path
from typing import Any

import click

from fondo.cli.line import Command
from fondo.cli.options import with_json, with_quiet, with_seed
from fondo.cli.output import stage
from fondo.cli.trigger.asked import configured, with_recordings, with_settings


@click.command("synthesise", cls=Command)
@with_recordings
@click.option("--say", metavar="WORD", help="Let made-up voices say this word into RECORDINGS.")
@click.option(
    "--others", type=click.Path(path_type=Path), metavar="FILE",
    help="Words and sentences that are not it, one a line, said too.",
)  # fmt: skip
@click.option(
    "--near", type=click.Path(path_type=Path), metavar="FILE",
    help="Words that sound like it, one a line, said too: what is taken for it most easily.",
)  # fmt: skip
@click.option(
    "--alike", is_flag=True,
    help="Make up words that sound like it, too, to judge by: parts of it, and words with other "
    "sounds in them.",
)  # fmt: skip
@click.option(
    "--takes", type=int, default=300, show_default=True, metavar="N", help="Of each kind."
)
@click.option(
    "--program", metavar="COMMAND",
    help="Let this program say them, in place of espeak-ng: {wav} stands for the file that it "
    "writes, {text} for the text, which it is else given on standard input, {voice} for a voice.",
)  # fmt: skip
@click.option("--voices", metavar="A,B,...", help="What {voice} stands for in --program, in turn.")
@click.option(
    "--held", is_flag=True, help="Use the voices that are kept for `evaluate`, not the others."
)
@click.option(
    "--clips", type=click.Path(path_type=Path), metavar="DIR",
    help="Mix clips into this folder, as training would, with manifest.jsonl.",
)  # fmt: skip
@click.option(
    "--count", type=int, default=20, show_default=True, metavar="N", help="How many clips."
)
@with_settings
@with_seed
@with_quiet
@with_json
def command(recordings: Path, quiet: bool, as_json: bool, **given: Any) -> None:
    """Let made-up voices say a word, and mix clips from recordings.

    What is said is written to RECORDINGS/positives/VOICE, and so for negatives and near_misses.
    Nothing is sent anywhere: the voices are espeak-ng's, on this machine (pip install
    'fondo[tts]'). What you give as --program is run as it stands, without a shell.
    """
    with stage(as_json, quiet) as speaker:
        from fondo.errors import BadParameter
        from fondo.jobs.listen import mix_clips

        if not given["say"] and not given["clips"]:
            raise BadParameter("synthesise: say what is wanted: --say WORD, --clips DIR, or both.")
        if given["program"] is not None and not given["say"]:
            raise BadParameter("synthesise(--program): there is nothing to say. Give --say WORD.")
        answer: dict[str, Any] = {"recordings": recordings}
        if given["say"]:
            if given["program"] is not None:
                speaker.say("The program is run once for each recording. This may take minutes.")
            answer["spoken"] = _speak(recordings, given)
        if given["clips"]:
            task = configured(given)
            made = mix_clips(task, recordings, given["clips"], n=given["count"], seed=given["seed"])
            answer["clips"] = {
                "folder": given["clips"],
                "count": len(made),
                "words": sum(len(entry.ends) for entry in made),
                "skipped": sum(len(entry.skipped) for entry in made),
            }

        def show(console: Any) -> None:
            for kind, count in answer.get("spoken", {}).items():
                console.print(f"{count:,} files in {recordings / kind}")
            if "clips" in answer:
                found = answer["clips"]
                console.print(
                    f"{found['count']:,} clips with {found['words']:,} words in {given['clips']}; "
                    f"{found['skipped']:,} words found no room"
                )

        speaker.answer(answer, show)


def _speak(recordings: Path, given: dict[str, Any]) -> dict[str, int]:
    """Let voices say what was asked for; how many files of each kind there are then."""
    from fondo.data.audio.alike import alike
    from fondo.jobs.speak import read_lines, speak_words

    speaker = _speaker(given)
    others, near = (read_lines(given[name]) if given[name] else [] for name in ("others", "near"))
    word, takes, seed = given["say"], given["takes"], given["seed"]
    if given["alike"]:
        near += alike(word, max(takes - len(near), 1), seed=seed)
    return speak_words(recordings, word, others, near, speaker=speaker, takes=takes, seed=seed)


def _speaker(given: dict[str, Any]) -> Any:
    """Who speaks: espeak-ng, or the program that was given."""
    from fondo.data.audio.programs import Program
    from fondo.errors import BadParameter
    from fondo.jobs.speak import by_espeak, by_program

    if given["program"] is None:
        if given["voices"] is not None:
            raise BadParameter(
                f"synthesise(--voices {given['voices']}): these are voices of a --program, and "
                "none is given. Give one, or leave --voices out: espeak-ng uses all that it has."
            )
        return by_espeak(given["held"])
    if given["alike"]:
        raise BadParameter(
            "synthesise(--alike): these words are written in the sounds of espeak-ng, which no "
            "other program reads. Leave --program or --alike out, or give words by --near FILE."
        )
    names = (given["voices"] or "").split(",")
    voices = tuple(name.strip() for name in names if name.strip())
    return by_program(Program(given["program"], voices), given["held"])
