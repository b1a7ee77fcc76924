// The answers of a form as its XML holds them, without opening the form; and what of them another form may be offered.
import type { EarlierAnswer, FormAnswer } from '../shapes/wire'

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

/** What a form's answers call for, as `kind/code`: the notes of it that are in the XML, which holds none that is not so. */
export function calledIn(xml: string, { consequences }: Pick<FormAnswer, 'consequences'>): string[] {
  const root = new DOMParser().parseFromString(xml, 'text/xml').documentElement
  const there = new Set([...root.querySelectorAll('*')].map(({ localName }) => localName))
  const called = consequences.filter(({ name, path }) => there.has(path?.split('/').pop() ?? name))
  return [...new Set(called.map(({ kind, code }) => `${kind}/${code}`))]
}

/** What a visit of today found of the home, and of whom it was; no name where none is to be said. */
export interface FoundHere {
  value: string
  personName: string
}

export interface ProposalSources {
  /** What earlier visits found, by the path of the question it is offered to. */
  earlier: ReadonlyMap<string, EarlierAnswer>
  /** What other forms of this visit hold, by the name of the question. */
  visit: Readonly<Record<string, string>>
  /** What another visit in the same home found of it today, by the path of the question. */
  home: ReadonlyMap<string, FoundHere>
  /** The paths of the questions that ask for a fact, the same whichever form asks. */
  facts: ReadonlySet<string>
}

export const NO_SOURCES: ProposalSources = { earlier: new Map(), visit: {}, home: new Map(), facts: new Set() }

/** What is known already, by the name of its question. */
interface Known {
  earlier: readonly EarlierAnswer[]
  visit: Readonly<Record<string, string>>
  home: ReadonlyMap<string, FoundHere>
}

/** Bring together what may be offered in a form; of the home, to the questions that ask about it. */
export function sourcesOf({ proposals = [] }: Pick<FormAnswer, 'proposals'>, { earlier, visit, home }: Known): ProposalSources {
  const byName = new Map(earlier.map((answer) => [answer.name, answer]))
  return {
    visit,
    earlier: offered(proposals, byName),
    home: offered(proposals.filter(({ about, name }) => about === 'dwelling' && visit[name] === undefined), home),
    facts: new Set(proposals.map(({ path }) => path)),
  }
}

function offered<Answer>(proposals: NonNullable<FormAnswer['proposals']>, byName: ReadonlyMap<string, Answer>): Map<string, Answer> {
  return new Map(proposals.flatMap(({ path, name }): [string, Answer][] => {
    const answer = byName.get(name)
    return answer === undefined ? [] : [[path, answer]]
  }))
}

/** A value as the engine wants it for a type; null when the text is none of that type. */
export function typed(type: string, raw: string): string | number | bigint | null {
  switch (type) {
    case 'int': return /^-?\d{1,15}$/.test(raw) ? BigInt(raw) : null
    case 'decimal': return /^-?\d+(\.\d+)?$/.test(raw) ? Number(raw) : null
    case 'date': return /^\d{4}-\d\d-\d\d/.test(raw) ? raw.slice(0, 10) : null
    case 'string': return raw || null
    default: return null
  }
}
