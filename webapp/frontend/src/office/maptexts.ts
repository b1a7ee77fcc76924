import type { Geometry } from 'geojson'

/** One thing in the view: a cluster (`count`), a hexagon (polygon with `count`) or a dwelling. */
export interface MapFeature {
  geometry: Geometry
  properties: {
    kind?: 'cluster' | 'cell' | 'dwelling'
    count?: number
    /** How many of these have a known risk: the whole that `at_risk` is a part of. */
    known?: number
    /** Worst risk (`high`, `moderate`, `low`, `unknown`) among what is drawn. */
    worst?: string
    reference?: string
    address?: string
    /** Words ready to read, in the user's language. */
    status?: string
    risk?: string
    at_risk?: number
    open_works?: number
    url?: string
  }
}

/** The words of the map, which the page gives in `<script type="application/json" id="map-texts">`. */
export interface MapTexts {
  in_view: string
  in_view_one: string
  failed: string
  retry: string
  at_risk: string
  with_works: string
  one: string
  several: string
  reference: string
  address: string
  status: string
  risk: string
  works: string
  open: string
  zoom: string
  empty: string
  /** A filter in words, and the place shown. */
  filter: string
  place: string
  worst: Record<string, string>
}

/** Read the words that the page gives, in its language. */
export function readTexts(): MapTexts {
  return JSON.parse(document.getElementById('map-texts')?.textContent ?? '{}') as MapTexts
}

/** Put values in the `{holes}` of a sentence; numbers in the page's language. */
export function say(sentence: string, values: Record<string, string | number>): string {
  const language = document.documentElement.lang || 'fr'
  return sentence.replace(/\{(\w+)\}/g, (hole, name: string) => {
    const value = values[name]
    if (value === undefined) return hole
    return typeof value === 'number' ? value.toLocaleString(language) : value
  })
}

const RISKS = new Set(['high', 'moderate', 'low'])

/** The class that colours a mark. */
export function colourClass(worst: string | undefined): string {
  return worst && RISKS.has(worst) ? `risk-${worst}` : 'risk-unknown'
}

/** The class that colours a count: by the share at high risk among those whose risk is known. */
export function shareClass({ known = 0, at_risk }: MapFeature['properties']): string {
  if (!known || at_risk === undefined) return 'risk-unknown'
  const share = at_risk / known
  return share > 0.25 ? 'risk-high' : share >= 0.1 ? 'risk-moderate' : 'risk-low'
}

/** Say a cluster or hexagon: how many, how many at high risk of those known, how many works. */
export function clusterLabel({ properties }: MapFeature, texts: MapTexts): string {
  const { count = 1, known, at_risk, open_works } = properties
  const sentence = say(count === 1 ? texts.one : texts.several, { n: count })
  const more = [known && at_risk !== undefined ? say(texts.at_risk, { n: at_risk, known }) : '', open_works ? say(texts.with_works, { n: open_works }) : '']
  return [sentence, ...more.filter(Boolean)].join(' ; ')
}
