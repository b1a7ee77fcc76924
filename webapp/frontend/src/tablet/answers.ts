// The answers of a form as its XML holds them, without opening the form.

/** The answers of an instance by the name of their question; what a repeat asks several times is left out. */
export function answersIn(xml: string): Record<string, string> {
  const root = new DOMParser().parseFromString(xml, 'text/xml').documentElement
  const found = new Map<string, string[]>()
  for (const element of root.querySelectorAll('*')) {
    if (element.children.length) continue
    const name = element.localName
    found.set(name, [...(found.get(name) ?? []), element.textContent?.trim() ?? ''])
  }
  const single = [...found].filter(([, values]) => values.length === 1 && values[0])
  return Object.fromEntries(single.map(([name, [value]]) => [name, value as string]))
}
