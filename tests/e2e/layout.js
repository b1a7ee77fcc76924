// What does not fit at this size: the page beside its window, words beside their box. A table may be
// scrolled where it is a table; where it reads as cards, nothing may.
() => {
  const root = document.scrollingElement
  const cards = innerWidth < 768
  const said = []
  if (root.scrollWidth > innerWidth) said.push(`the page is ${root.scrollWidth - innerWidth} px too wide`)
  const styles = new Map()
  const styleOf = (box) => styles.get(box) ?? styles.set(box, getComputedStyle(box)).get(box)
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const range = document.createRange()
  for (let text = words.nextNode(); text; text = words.nextNode()) {
    const around = text.parentElement
    if (!text.data.trim() || around.closest('script, style, template, svg, option, .leaflet-container')) continue
    if (!around.checkVisibility({ visibilityProperty: true })) continue
    const boxes = []
    for (let box = around; box !== document.body; box = box.parentElement) boxes.push(box)
    // For a screen reader alone, or a link that shows itself when it has the focus.
    if (boxes.some((box) => box.matches('.visually-hidden, .skip-link') || styleOf(box).clipPath !== 'none')) continue
    range.selectNodeContents(text)
    const rects = [...range.getClientRects()].filter((rect) => rect.width > 1)
    for (const box of boxes) {
      const style = styleOf(box)
      if (style.display === 'inline' || style.display === 'contents') continue
      const edge = box.getBoundingClientRect()
      const hides = style.overflowX === 'hidden' || style.overflowX === 'clip'
      const scrolls = ['auto', 'scroll'].includes(style.overflowX) && (box.scrollWidth > box.clientWidth)
      const beside = rects.some((rect) => rect.right > edge.right + 1.5 || rect.left < edge.left - 1.5)
      const below = hides && rects.some((rect) => rect.bottom > edge.bottom + 1.5)
      if (scrolls && !(cards && box.matches('.table-scroll'))) break
      if (beside || below) {
        const name = `${box.tagName.toLowerCase()}.${[...box.classList].join('.')}`
        said.push(`“${text.data.trim().slice(0, 40)}” does not fit into ${name}`)
        break
      }
    }
  }
  return [...new Set(said)].slice(0, 6)
}
