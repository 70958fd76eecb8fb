"""What an eye can't check on a page: axe's rules, sideways overflow, tap targets, ids used twice."""

from axe_playwright_python.base import AXE_SCRIPT

TABLET, PHONE = {"width": 1180, "height": 820}, {"width": 390, "height": 844}
SIZES = {"tablet": TABLET, "phone": PHONE}

# WCAG 2.0 to 2.2, levels A and AA, and what axe recommends besides.
AXE = """async () => (await axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag', values:
  ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}})).violations.map(one =>
  `${one.id}: ${one.nodes.slice(0, 3).map(node => node.target.join(' ')).join(' | ')}`)"""

# Colours are all that the other theme changes, so one rule asks for them.
CONTRAST = """async () => (await axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'rule', values:
  ['color-contrast']}})).violations.flatMap(one => one.nodes).slice(0, 5).map(node =>
  `${node.target.join(' ')}: ${node.any[0]?.data?.contrastRatio} to 1 `
    + `(${node.any[0]?.data?.fgColor} on ${node.any[0]?.data?.bgColor})`)"""

# Wider than the window: name what sticks out. What scrolls in a frame of its own is meant to.
WIDER = """() => {
  if (document.documentElement.scrollWidth <= innerWidth + 1) return [];
  const out = [...document.querySelectorAll('body *')].filter(one => {
    const box = one.getBoundingClientRect();
    return box.width && box.right > innerWidth + 1 && !one.closest('svg, .table-scroll');
  });
  return out.slice(-3).map(one => `wider than the window: ${one.tagName.toLowerCase()}.${one.className}`);
}"""

# Finger-sized: 44 px, but links in running text and inputs whose label is the target.
SMALL = """() => [...document.querySelectorAll('button, select, textarea, input:not([type=hidden]), a.btn, summary')]
  .filter(one => {
    const box = one.getBoundingClientRect();
    const target = one.matches('.vh') || one.matches('input') && one.closest('label');
    return box.width > 1 && box.height > 1 && !target && box.height < 43.5 && one.checkVisibility({visibilityProperty: true});
  }).slice(0, 3).map(one => `lower than a finger: ${(one.textContent.trim() || one.name || one.tagName).slice(0, 30)}, `
    + `${Math.round(one.getBoundingClientRect().height)} px`)"""

# An id used twice: a label names the wrong field, and a tap on it goes there.
TWICE = """() => {
  const seen = new Map();
  for (const one of document.querySelectorAll('[id]')) seen.set(one.id, (seen.get(one.id) ?? 0) + 1);
  return [...seen].filter(([, count]) => count > 1).slice(0, 5).map(([id, count]) => `${count} elements are #${id}`);
}"""


def faults_of(page, *, sizes=("tablet", "phone")) -> list[str]:
    """Return what is wrong with the open page at each size, in words; empty means nothing."""
    found = []
    page.evaluate(AXE_SCRIPT)
    for size in sizes:
        page.set_viewport_size(SIZES[size])
        page.evaluate("() => document.getAnimations().forEach(one => one.finish())")
        for fault in [
            *page.evaluate(AXE),
            *page.evaluate(WIDER),
            *page.evaluate(SMALL),
            *page.evaluate(TWICE),
        ]:
            found.append(f"{size}: {fault}")
    return found + pale_in_the_dark(page)


def pale_in_the_dark(page) -> list[str]:
    """Return what can't be read on the open page in the dark theme, at the size it has; the page is light again after."""
    page.emulate_media(color_scheme="dark")
    page.evaluate("() => document.getAnimations().forEach(one => one.finish())")
    found = [f"dark: {fault}" for fault in page.evaluate(CONTRAST)]
    page.emulate_media(color_scheme="light")
    return found
