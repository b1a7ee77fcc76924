import type { MarkdownNode } from '@getodk/xforms-engine'
import { h, type FunctionalComponent, type VNodeChild } from 'vue'
import { rendered } from '../ground/i18n'

interface Formatted {
  asString: string
  formatted: MarkdownNode[]
}

const ALLOWED = new Set(['strong', 'em', 'u', 'p', 'ul', 'ol', 'li', 'span', 'div', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'])

/** Markdown of a form, as the elements we allow; never as HTML, and never with its styles. */
export const FormattedText: FunctionalComponent<{ text: Formatted | null; inline?: boolean }> = ({ text, inline }) => {
  if (!text) return null
  return text.formatted.length ? render(text.formatted, inline ?? false) : rendered(text.asString)
}
FormattedText.props = ['text', 'inline']

function render(nodes: MarkdownNode[], inline: boolean): VNodeChild[] {
  return nodes.map((node) => {
    if (node.role === 'child') return rendered(node.value)
    if (node.role === 'line-break') return h('br')
    if (node.role !== 'parent') return null
    return h(elementFor(node.elementName, inline), render(node.children, inline))
  })
}

/** A heading inside a question would break the page's outline; a paragraph inside a label is not allowed. */
function elementFor(name: string, inline: boolean): string {
  if (!ALLOWED.has(name)) return 'span'
  if (/^h\d$/.test(name)) return 'strong'
  return inline && !['strong', 'em', 'u'].includes(name) ? 'span' : name
}
