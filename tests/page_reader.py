"""A page as the tests read it: its tags in order, its headings, its text."""

import re
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input", "rect", "path", "use", "circle", "line"}


class Page(HTMLParser):
    """Everything about a page that the tests ask for."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.stack, self.headings, self.texts = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes, tuple(name for name, _ in self.stack)))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.stack.append((tag, attributes))

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs), tuple(name for name, _ in self.stack)))

    def handle_endtag(self, tag):
        assert self.stack, f"</{tag}> closes nothing"
        opened, _ = self.stack.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"

    def handle_data(self, data):
        if not any(name in {"style", "script"} for name, _ in self.stack):
            self.texts.append(data)

    def all(self, tag):
        return [attributes for name, attributes, _ in self.tags if name == tag]

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())

    @property
    def ids(self):
        return [attributes["id"] for _, attributes, _ in self.tags if "id" in attributes]
