"""A person who uses no mouse: Tab, Space, Enter and letters, and always sees where the focus is."""

from typing import Any

from tests.browser.visitor import Visitor

MOST_STEPS = 90
# What a focused thing is called, and whether its focus can be seen (a ring of its own, of its marker or its frame).
LOOK = """() => {
  const thing = document.activeElement, label = thing.labels?.[0] ?? thing;
  const ring = [null, "::before", "::after"].some((part) => {
    const style = getComputedStyle(thing, part);
    return style.outlineStyle !== "none" || style.boxShadow !== "none";
  });
  const text = (label.textContent || thing.value || "").replace(/\\s+/g, " ").trim();
  return { tag: thing.tagName, name: thing.name ?? "", type: thing.type ?? "", text, ring };
}"""


class Keyboard:
    """The keys of one visitor."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self._keys = visitor, visitor.page.keyboard

    def to(self, msgid: str = "", *, name: str = "", tag: str = "") -> None:
        """Tab to what is called so (its words begin with the text), or to the field of this form name."""
        text, passed = self.visitor.say(msgid) if msgid else "", []
        for _step in range(MOST_STEPS):
            self._keys.press("Tab")
            thing = self.visitor.page.evaluate(LOOK)
            passed.append(thing["text"][:40])
            if self._is(thing, text, name, tag):
                assert thing["ring"], f"no visible focus on {thing} at {self.visitor.page.url}"
                return
        raise AssertionError(f"Tab never reaches {msgid or name!r} at {self.visitor.page.url}: {passed}")

    def _is(self, thing: dict[str, Any], text: str, name: str, tag: str) -> bool:
        if tag and thing["tag"] != tag:
            return False
        return thing["name"] == name if name else thing["text"].startswith(text)

    def type(self, text: str) -> None:
        self._keys.type(text)

    def space(self) -> None:
        """Tick what has the focus."""
        self._keys.press("Space")

    def enter(self) -> None:
        """Follow or press what has the focus; the page that comes is examined."""
        with self.visitor.page.expect_navigation(wait_until="load"):
            self._keys.press("Enter")
        self.visitor.arrive()

    def enter_in_place(self) -> None:
        """Follow what has the focus within the page."""
        self._keys.press("Enter")
