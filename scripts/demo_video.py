"""The walkthrough: drives the real app through the six parts of the course's video and writes an MP4 with captions.

    python scripts/demo_video.py                        into build/demo-video/catalora.mp4
    python scripts/demo_video.py --samples 200          a shorter tuning, for a try

Nothing is staged: catalogue, tuning and answers are made while the pictures are taken. Waiting is shortened, as the
captions say. Needs Chromium and ffmpeg.
"""

import argparse
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from app_in_browser import PATIENCE_MS, chromium, fill, running_app, settle
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Page

from catalora.app.texts import Texts

WIDTH, HEIGHT, CAPTION = 1280, 720, 96
FONTS = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "Arial.ttf")
# Reading speed of captions, in characters per second, and the least time that a picture stays.
READING_SPEED, SHORTEST = 14, 2.5
LONGEST_VIDEO = 600.0
TITLE = "Umberline Ocean Cuddle Toy"
PORTUGUESE = Texts("pt_BR")


@dataclass
class Film:
    """Pictures with the time that each stays."""

    folder: Path
    frames: list[tuple[Path, float]] = field(default_factory=list)

    def show(self, page: Page, caption: str, seconds: float | None = None) -> None:
        """Take a picture of the page and put a caption below it."""
        picture = Image.new("RGB", (WIDTH, HEIGHT + CAPTION), "#10201d")
        picture.paste(Image.open(BytesIO(page.screenshot())).convert("RGB"), (0, 0))
        draw = ImageDraw.Draw(picture)
        draw.multiline_text((32, HEIGHT + 16), wrap(caption), font=load_font(), fill="white", spacing=6)
        path = self.folder / f"frame-{len(self.frames):04}.png"
        picture.save(path)
        self.frames.append((path, seconds or max(SHORTEST, len(caption) / READING_SPEED)))

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return sum(seconds for _, seconds in self.frames)

    def write(self, path: Path) -> None:
        """Join the pictures into an MP4."""
        listing = self.folder / "frames.txt"
        lines = [f"file '{frame.resolve()}'\nduration {seconds:.2f}" for frame, seconds in self.frames]
        listing.write_text("\n".join([*lines, f"file '{self.frames[-1][0].resolve()}'"]), encoding="utf-8")
        command = ["ffmpeg", "-y", "-loglevel", "error", "-f", "concat", "-safe", "0", "-i", str(listing)]
        subprocess.run([*command, "-vsync", "cfr", "-r", "10", "-pix_fmt", "yuv420p", str(path)], check=True)


def main() -> None:
    """Film all six parts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("build/demo-video"))
    parser.add_argument("--samples", type=int, default=3400, help="products to tune on")
    arguments = parser.parse_args()
    if shutil.which("ffmpeg") is None:
        sys.exit("ffmpeg is missing: sudo apt-get install ffmpeg")
    shutil.rmtree(arguments.out, ignore_errors=True)
    arguments.out.mkdir(parents=True)
    film = Film(arguments.out)
    with running_app(arguments.out / "data", arguments.out / "runs") as url, chromium() as browser:
        page = browser.new_page(locale="pt-BR", viewport={"width": WIDTH, "height": HEIGHT})
        page.set_default_timeout(PATIENCE_MS)
        film_introduction(film, page, url)
        film_tuning(film, page, url, arguments.samples)
        film_answers(film, page, url)
        film_end(film, page, url)
    assert film.seconds <= LONGEST_VIDEO, f"{film.seconds:.0f} s is longer than the course allows"
    film.write(arguments.out / "catalora.mp4")
    print(f"{arguments.out / 'catalora.mp4'}: {film.seconds:.0f} s, {len(film.frames)} pictures")


def film_introduction(film: Film, page: Page, url: str) -> None:
    """Part 1: the data, and what the model is to learn from them."""
    page.goto(url)
    page.locator("h1").wait_for()
    settle(page)
    film.show(
        page, "1. Introdução. O catalora ajusta um modelo de linguagem aberto a um catálogo de produtos, sem conta."
    )
    page.get_by_role("button", name=PORTUGUESE("data.welcome_button")).click()
    page.get_by_text(PORTUGUESE("data.figure_rows_in")).first.wait_for()
    settle(page)
    film.show(
        page, "O catálogo fictício tem os defeitos de um real. Repetições e textos vazios saem; parte fica reservada."
    )
    views = {
        "model": "O modelo vê esta pergunta e aprende só a descrição, com o sinal que encerra a resposta.",
        "removed": "Cada linha removida fica registrada com o motivo.",
    }
    for view, caption in views.items():
        page.get_by_role("radio", name=PORTUGUESE(f"data.view_{view}")).click()
        settle(page)
        film.show(page, caption)


def film_tuning(film: Film, page: Page, url: str, samples: int) -> None:
    """Parts 2 and 3: the model before tuning, in its first samples, and the tuning itself."""
    page.goto(f"{url}/tuning")
    fill(page, PORTUGUESE("tuning.max_samples"), str(samples))
    film.show(page, "Modelo base, parâmetros LoRA e catálogo estão escolhidos; nada precisa ser escrito.")
    page.get_by_role("button", name=PORTUGUESE("tuning.start")).click()
    page.get_by_role("heading", name=PORTUGUESE("tuning.state_running"), exact=True).wait_for()
    samples_heading = page.get_by_role("heading", name=PORTUGUESE("tuning.samples"))
    samples_heading.wait_for()
    samples_heading.scroll_into_view_if_needed()
    film.show(page, "2. Antes. O modelo original responde sobre produtos reservados: divaga e pergunta a si mesmo.")
    page.get_by_role("heading", level=1).scroll_into_view_if_needed()
    caption = "3. O treino roda em um processo próprio: fechar a página não o interrompe. (Tempo acelerado.)"
    film.show(page, caption)
    finished = page.get_by_role("heading", name=PORTUGUESE("tuning.state_finished"), exact=True)
    while not finished.is_visible():
        time.sleep(8)
        film.show(page, caption, seconds=0.8)
    settle(page)
    film.show(
        page, "A perda caiu e o melhor ponto foi guardado. Abaixo, as amostras: à esquerda antes, à direita depois."
    )
    samples_heading.scroll_into_view_if_needed()
    settle(page)
    film.show(page, "Antes do treino o modelo divaga; depois escreve no estilo do catálogo e para sozinho.")


def film_answers(film: Film, page: Page, url: str) -> None:
    """Part 4: both models answer, with references."""
    page.goto(f"{url}/compare")
    fill(page, PORTUGUESE("compare.question_label"), PORTUGUESE("compare.example_question").replace("TITLE", TITLE))
    film.show(page, "4. Depois. A mesma pergunta vai ao modelo original e ao ajustado, com a mesma decodificação.")
    page.get_by_role("button", name=PORTUGUESE("compare.both")).click()
    answered = page.get_by_text("tokens/s").nth(1)
    while not answered.is_visible():
        film.show(page, "Os dois respondem ao mesmo tempo, de uma só cópia dos pesos.", seconds=0.6)
        time.sleep(0.6)
    settle(page)
    film.show(
        page, "Cada resposta diz quantos tokens usou e onde parou. O original continua até o limite; o ajustado para."
    )
    page.get_by_role("heading", name=PORTUGUESE("compare.references")).scroll_into_view_if_needed()
    settle(page)
    film.show(
        page, "As referências são os produtos de treino mais parecidos, com pontuação. Não provam a origem da resposta."
    )


def film_end(film: Film, page: Page, url: str) -> None:
    """Parts 5 and 6: the technique, and what it does not do."""
    page.goto(f"{url}/help")
    page.locator("h1").wait_for()
    settle(page)
    film.show(
        page, "5. A técnica. LoRA treina matrizes pequenas ao lado dos pesos congelados; o adaptador cabe em poucos MB."
    )
    page.get_by_role("heading", name=PORTUGUESE("help.limits_title")).scroll_into_view_if_needed()
    settle(page)
    film.show(page, "6. Conclusão. O ajuste ensina estilo e forma. Fatos vêm do registro: confira-os sempre nele.")


def wrap(text: str) -> str:
    """A caption in two lines at most."""
    words, lines = text.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 84:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def load_font() -> ImageFont.FreeTypeFont:
    """A font of the system: the one that Pillow brings has no letters with accents."""
    for name in FONTS:
        with suppress(OSError):
            return ImageFont.truetype(name, 24)
    sys.exit("no font for the captions: sudo apt-get install fonts-dejavu-core")


if __name__ == "__main__":
    main()
