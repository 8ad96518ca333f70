"""The way of a page's events from the server, by socket or by asking, which a test may cut and keep cut."""

from playwright.sync_api import Page, Route, WebSocketRoute


class Wire:
    """Of one page, made before it opens a socket. While cut, every attempt ends at once."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.is_cut = False
        self.open: list[WebSocketRoute] = []
        page.route_web_socket("**/ws/v1/*", self._pass_on)
        page.route("**/api/v1/*/events?after=*", self._pass_question_on)

    def _pass_on(self, socket: WebSocketRoute) -> None:
        if self.is_cut:
            socket.close(code=1012)
            return
        socket.connect_to_server()
        self.open.append(socket)

    def _pass_question_on(self, route: Route) -> None:
        if self.is_cut:
            route.abort()
        else:
            route.fallback()

    def cut(self) -> None:
        self.is_cut = True
        while self.open:
            self.open.pop().close(code=1012)

    def mend(self) -> None:
        """Say at once that there is a network again; the page may have tried by itself a moment before."""
        self.is_cut = False
        self.page.evaluate("dispatchEvent(new Event('online'))")
