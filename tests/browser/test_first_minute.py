"""From an empty app to a finished comparison, with nothing but clicks."""

import pytest
from playwright.sync_api import expect

# Several processes start in each; others may share the machine.
pytestmark = pytest.mark.timeout(1200)


def fill(page, label, value):
    """Type into a field and wait until the page has taken it."""
    field = page.get_by_label(label, exact=True)
    expect(field).to_have_count(1)  # one that is about to be replaced may still be there
    field.fill(value)
    field.press("Enter")
    expect(field).to_have_value(value)
    wait_until_drawn(page)


def wait_until_drawn(page):
    page.wait_for_timeout(300)
    # Streamlit shows this button while the page's script runs.
    expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)


def test_the_demo_leads_from_data_through_tuning_to_a_comparison(empty_server, open_page):
    page = open_page(empty_server.url)
    page.get_by_role("button", name="Prepare the demo").click()
    expect(page.get_by_text("Rows read")).to_be_visible()
    expect(page.get_by_text("7,600")).to_be_visible()

    page.get_by_role("link", name="Go to fine-tuning").click()
    expect(page.get_by_role("heading", name="Fine-tuning Process")).to_be_visible()
    fill(page, "Max samples (products)", "48")
    fill(page, "Epochs (passes)", "1")
    page.get_by_text("All settings", exact=True).click()
    fill(page, "watch_products", "0")
    fill(page, "max_new_tokens", "12")
    fill(page, "logging_steps", "1")
    fill(page, "max_validation_products", "4")
    page.get_by_role("button", name="Start Fine-tuning Process").click()
    page.get_by_role("link", name="Compare before and after").click()

    fill(page, "Question or product title", "What is a lamp?")
    page.get_by_role("button", name="Generate with both models").click()
    expect(page.get_by_text("tokens/s")).to_have_count(2)
    expect(page.get_by_text("The same for both")).to_be_visible()
    fill(page, "Question or product title", "O que é um abajur?")
    page.get_by_role("button", name="Generate with Original Model").click()
    # A second click while the first side still answers loses neither. Not sooner: one that arrives in the millisecond
    # in which Streamlit takes up the first makes it forget that one, before any code of ours runs.
    expect(page.get_by_text("tokens/s")).not_to_have_count(2)
    page.get_by_role("button", name="Generate with Fine-tuned Model").click()
    expect(page.get_by_text("Earlier questions")).to_be_visible()
    expect(page.get_by_text("tokens/s")).to_have_count(2)


def test_the_language_is_the_browser_s_and_can_be_switched(empty_server, open_page):
    page = open_page(empty_server.url, "pt-BR")
    expect(page.get_by_role("heading", name="Visualização dos Dados")).to_be_visible()
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_role("heading", name="Dataset Preview")).to_be_visible()
    page.get_by_role("link", name="Help").click()
    expect(page.get_by_role("heading", name="Why the comparison is fair")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Why the comparison is fair")).to_be_visible()
    page.get_by_text("Português", exact=True).click()
    expect(page.get_by_role("heading", name="Por que a comparação é justa")).to_be_visible()
