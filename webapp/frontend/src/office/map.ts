// What the page folium draws calls: `Palier.viewport(map, url, options)`. Points never travel in bulk:
// each view asks the server for what it shows.
import type * as Leaflet from 'leaflet'
import { addressOf, goToPlace, inWords, setFilters } from './mapaddress'
import { drawFeature, type Drawn } from './mapmarks'
import { fillTable } from './maptable'
import { readTexts, say, type MapFeature, type MapTexts } from './maptexts'

interface ViewportOptions {
  /** Form whose fields filter the view; `#map-filters` unless told. */
  filters?: string
  /** `clusters` (the default) or `hexagons`, sent as `mode`. */
  mode?: string
}

/** What the server answers for a view; `more` is a sentence when not everything fits. */
interface MapView {
  features: MapFeature[]
  more?: string
}

const DEBOUNCE_MS = 60

class Viewport {
  private readonly layer: Leaflet.LayerGroup
  private readonly texts: MapTexts
  private readonly status: HTMLElement | null
  private readonly form: HTMLFormElement | null
  private inFlight: AbortController | null = null
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly map: Leaflet.Map,
    private readonly url: string,
    private readonly options: ViewportOptions,
  ) {
    this.layer = window.L.layerGroup().addTo(map)
    this.texts = readTexts()
    this.status = document.querySelector('#map-status')
    this.form = document.querySelector(options.filters ?? '#map-filters')
    // Whose pictures these are stays; the link to the library goes.
    map.attributionControl?.setPrefix(false)
    goToPlace(map)
    map.on('moveend', () => this.moved())
    window.addEventListener('popstate', () => this.wentBack())
    this.form?.addEventListener('change', () => this.filtersChanged())
    this.form?.addEventListener('submit', (event) => {
      event.preventDefault()
      this.filtersChanged()
    })
    void this.load()
  }

  private moved(): void {
    history.replaceState(null, '', addressOf(this.map, this.filters()))
    this.soon()
  }

  private soon(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.load(), DEBOUNCE_MS)
  }

  private filters(): URLSearchParams {
    const kept = new URLSearchParams()
    if (!this.form) return kept
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value === 'string' && value !== '' && name !== 'csrf_token') kept.append(name, value)
    }
    return kept
  }

  private filtersChanged(): void {
    const address = addressOf(this.map, this.filters())
    if (address !== location.pathname + location.search + location.hash) history.pushState(null, '', address)
    void this.load()
  }

  /** Back or forward among the filters of this page. The filters first: moving writes them to the address. */
  private wentBack(): void {
    if (this.form) setFilters(this.form)
    goToPlace(this.map)
    void this.load()
  }

  private request(): string {
    const query = this.filters()
    const box = this.map.getBounds()
    const corners = [box.getSouth(), box.getWest(), box.getNorth(), box.getEast()]
    query.set('bbox', corners.map((degrees) => degrees.toFixed(6)).join(','))
    query.set('z', String(this.map.getZoom()))
    if (this.options.mode && !query.has('mode')) query.set('mode', this.options.mode)
    return `${this.url}?${query}`
  }

  private async load(): Promise<void> {
    const said = document.querySelector('#map-said')
    if (said) said.textContent = inWords(this.map, this.form, this.texts)
    this.inFlight?.abort()
    const mine = (this.inFlight = new AbortController())
    this.map.getContainer().setAttribute('aria-busy', 'true')
    try {
      const answer = await fetch(this.request(), {
        signal: mine.signal,
        headers: { Accept: 'application/geo+json, application/json' },
        credentials: 'same-origin',
      })
      if (!answer.ok) throw new Error(`status ${answer.status}`)
      const view = (await answer.json()) as MapView
      if (!mine.signal.aborted) this.show(view)
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) this.showFailure()
    } finally {
      if (this.inFlight === mine) this.map.getContainer().removeAttribute('aria-busy')
    }
  }

  private show({ features, more }: MapView): void {
    this.layer.clearLayers()
    const drawn: Drawn[] = []
    for (const feature of features) {
      const mark = drawFeature(feature, this.map, this.texts)
      if (!mark) continue
      mark.layer.addTo(this.layer)
      mark.afterAdd()
      drawn.push(mark)
    }
    const total = features.reduce((sum, feature) => sum + (feature.properties.count ?? 1), 0)
    const counted = say(total === 1 ? this.texts.in_view_one : this.texts.in_view, { n: total })
    this.announce(more ? `${counted}. ${more}` : counted)
    fillTable(drawn, this.texts)
  }

  private announce(sentence: string): void {
    if (this.status) this.status.textContent = sentence
  }

  private showFailure(): void {
    this.announce(this.texts.failed)
    if (!this.status) return
    const again = document.createElement('button')
    again.type = 'button'
    again.className = 'btn btn-sm btn-outline-primary'
    again.textContent = this.texts.retry
    again.addEventListener('click', () => void this.load())
    this.status.append(' ', again)
  }
}

declare global {
  interface Window {
    L: typeof Leaflet
    Palier: { viewport(map: Leaflet.Map, url: string, options?: ViewportOptions): void }
  }
}

window.Palier = {
  viewport: (map, url, options = {}) => {
    new Viewport(map, url, options)
  },
}
