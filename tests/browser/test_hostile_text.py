"""Product text that would be obeyed is shown as text, and asks nobody for anything."""

from playwright.sync_api import expect

from tests.browser.test_first_minute import fill


def test_hostile_product_text_is_shown_as_text(server, open_page):
    page = open_page("about:blank")
    dialogs, requests = [], []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(server.url)
    fill(page, "Search titles, or enter a uid", "Hostile")
    block = page.get_by_test_id("stCode").first
    expect(block).to_contain_text("<script>alert(1)</script>")
    expect(block).to_contain_text("![x](http://beacon.invalid/x.png)")
    expect(block).to_contain_text("$x^2$")
    expect(block).to_contain_text("\\u202egnp.exe")
    assert dialogs == []
    assert not any("beacon.invalid" in url for url in requests)
    assert page.locator(".katex").count() == 0
    assert page.locator("main img, [data-testid=stMain] img").count() == 0
    assert "\u202e" not in page.evaluate("document.body.innerText")


def test_the_server_listens_on_this_machine_only(server):
    import psutil

    listening = {
        connection.laddr.ip
        for connection in psutil.Process(server.process.pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_no_page_asks_any_other_server(server, open_page):
    page = open_page("about:blank")
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    for name in ("", "tuning", "compare", "references", "help"):
        page.goto(f"{server.url}/{name}")
        expect(page.locator("h1")).to_be_visible()
    strangers = [url for url in requests if not url.startswith((server.url, "data:", "blob:", "about:"))]
    assert strangers == []
