"""Every page of the app in both languages and both themes, as PNG files to look at.

    python scripts/screenshots.py                       into build/screenshots
    python scripts/screenshots.py --samples 3400        with a run of the full demo (minutes)

The run that the pages show is made first, when the folder has none.
"""

import argparse
from pathlib import Path

from app_in_browser import PATIENCE_MS, chromium, fill, running_app, settle
from playwright.sync_api import Page

from catalora import pipeline
from catalora.app.texts import Language, Texts
from catalora.catalog import read_products
from catalora.catalog.sample import SAMPLE_PATH
from catalora.run import RunFolder

LOCALES: dict[str, Language] = {"pt-BR": "pt_BR", "en-US": "en"}
SIZES = {"laptop": (1280, 1500), "phone": (390, 1400)}
VIEWS = ("records", "model", "lengths", "removed")


def main() -> None:
    """Make what the pages show, then take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("build/screenshots"))
    parser.add_argument("--base", type=Path, default=Path("build/app"), help="folder with the data set and the run")
    parser.add_argument("--samples", type=int, default=64, help="products of the run, when it has to be made")
    parser.add_argument("--theme", choices=["light", "dark"], help="only this one")
    parser.add_argument("--locale", choices=list(LOCALES), help="only this one")
    arguments = parser.parse_args()
    data, runs = arguments.base / "data", arguments.base / "runs"
    prepare_content(data, runs, arguments.samples)
    title = choose_title(runs / "demo")
    arguments.out.mkdir(parents=True, exist_ok=True)
    with running_app(data, runs) as url, chromium() as browser:
        for locale, language in LOCALES.items():
            for theme in ("light", "dark"):
                if locale != (arguments.locale or locale) or theme != (arguments.theme or theme):
                    continue
                for size, (width, height) in SIZES.items():
                    context = browser.new_context(
                        locale=locale, color_scheme=theme, viewport={"width": width, "height": height}
                    )
                    context.set_default_timeout(PATIENCE_MS)
                    name = f"{locale}-{theme}-{size}"
                    take_pictures(context.new_page(), url, Texts(language), title, arguments.out, name)
                    context.close()
    print(f"{len(list(arguments.out.glob('*.png')))} pictures in {arguments.out}")


def prepare_content(data: Path, runs: Path, samples: int) -> None:
    """Prepare the bundled catalogue and tune the bundled model, where that was not done yet."""
    if not (data / "demo").exists():
        pipeline.prepare([SAMPLE_PATH], data / "demo")
    if not (runs / "demo").exists():
        settings = {"data.max_samples": samples, "training.epochs": 1, "training.logging_steps": 2}
        if samples < 1000:
            settings |= {"training.save_steps": 8, "generation.max_new_tokens": 60, "training.watch_new_tokens": 24}
        pipeline.train(data / "demo", preset="quick", settings=settings, runs_dir=runs, run="demo")


def choose_title(run: Path) -> str:
    """A product that the run was trained on, so that its pages have references and a record to show."""
    table = read_products(RunFolder(run).products)
    return str(table.filter(table["split"] == "train")["title"].sort()[0])


def take_pictures(page: Page, url: str, texts: Texts, title: str, out: Path, name: str) -> None:
    """One picture of each page and view; the product of that title is asked for."""

    def take(what: str) -> None:
        settle(page)
        page.screenshot(path=out / f"{what}-{name}.png")
        print(f"{what}-{name}", flush=True)

    page.goto(url)
    page.locator("h1").wait_for()
    for view in VIEWS:
        page.get_by_role("radio", name=texts(f"data.view_{view}")).or_(
            page.get_by_role("button", name=texts(f"data.view_{view}"))
        ).first.click()
        take(f"data-{view}")
    page.goto(f"{url}/tuning")
    page.locator("canvas, svg.marks").first.wait_for()
    take("tuning")
    page.goto(f"{url}/compare")
    fill(page, texts("compare.question_label"), texts("compare.example_question").replace("TITLE", title))
    page.get_by_role("button", name=texts("compare.both")).click()
    page.get_by_text("tokens/s").nth(1).wait_for()
    take("compare")
    page.get_by_role("button", name=texts("compare.grounded")).click()
    page.get_by_text("tokens/s").nth(2).wait_for()
    settle(page)
    for number in range(3):
        page.get_by_text(texts("compare.evidence"), exact=True).nth(number).click()
        page.get_by_text(texts("compare.evidence_legend")).nth(number).wait_for()
    take("evidence")
    page.goto(f"{url}/references")
    fill(page, texts("references.query"), title)
    take("references")
    page.goto(f"{url}/help")
    page.locator("h1").wait_for()
    take("help")


if __name__ == "__main__":
    main()
