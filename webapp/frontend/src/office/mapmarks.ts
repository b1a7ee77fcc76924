import type * as Leaflet from 'leaflet'
import type { Point, Polygon, MultiPolygon } from 'geojson'
import { clusterLabel, colourClass, say, shareClass, type MapFeature, type MapTexts } from './maptexts'

/** A feature on the map, and what the table beside it needs. */
export interface Drawn {
  feature: MapFeature
  layer: Leaflet.Layer
  /** To call once the layer is on the map, when its element exists. */
  afterAdd(): void
  /** Show it closer, or its popup. */
  open(): void
}

/** Draw one feature: hexagon, cluster or dwelling. Null for a geometry the map does not know. */
export function drawFeature(feature: MapFeature, map: Leaflet.Map, texts: MapTexts): Drawn | null {
  const { geometry, properties } = feature
  if (geometry.type === 'Polygon' || geometry.type === 'MultiPolygon') return cell(feature, geometry, map, texts)
  if (geometry.type !== 'Point') return null
  const isDwelling = properties.kind === 'dwelling' && (properties.count ?? 1) === 1
  return isDwelling ? dwelling(feature, geometry, map, texts) : cluster(feature, geometry, map, texts)
}

function cluster(feature: MapFeature, geometry: Point, map: Leaflet.Map, texts: MapTexts): Drawn {
  const count = feature.properties.count ?? 1
  const size = Math.round(26 + 11 * Math.log10(Math.max(count, 1)))
  const label = clusterLabel(feature, texts)
  const marker = mark(geometry, size, say('{n}', { n: count }), `map-cluster ${shareClass(feature.properties)}`, label)
  const open = () => map.setView(marker.getLatLng(), Math.min(map.getZoom() + 2, map.getMaxZoom()))
  marker.on('click', open)
  // Leaflet opens popups on Enter, but passes no click on.
  marker.on('keypress', (event) => { if (event.originalEvent.key === 'Enter') open() })
  return { feature, layer: marker, afterAdd: () => name(marker.getElement(), label), open }
}

function dwelling(feature: MapFeature, geometry: Point, _map: Leaflet.Map, texts: MapTexts): Drawn {
  const { reference, address, worst } = feature.properties
  const label = [reference, address, texts.worst[worst ?? '']].filter(Boolean).join(', ')
  const marker = mark(geometry, 28, '', `map-dwelling ${colourClass(worst)}`, label)
  marker.bindPopup(() => popup(feature, texts))
  return { feature, layer: marker, afterAdd: () => name(marker.getElement(), label), open: () => marker.openPopup() }
}

function mark(geometry: Point, size: number, text: string, className: string, alt: string): Leaflet.Marker {
  const [lon = 0, lat = 0] = geometry.coordinates
  const face = document.createElement('span')
  face.textContent = text
  const icon = window.L.divIcon({ html: face, className: `map-mark ${className}`, iconSize: [size, size] })
  return window.L.marker([lat, lon], { icon, keyboard: true, alt })
}

function cell(
  feature: MapFeature, geometry: Polygon | MultiPolygon, map: Leaflet.Map, texts: MapTexts,
): Drawn {
  const label = clusterLabel(feature, texts)
  const layer = window.L.geoJSON(geometry, {
    style: { weight: 1, className: `map-cell ${shareClass(feature.properties)}` },
  })
  const said = document.createElement('span')
  said.textContent = label
  layer.bindTooltip(said)
  const open = () => map.fitBounds(layer.getBounds().pad(0.5))
  layer.on('click', open)
  const afterAdd = () => layer.eachLayer((path) => {
    const element = (path as Leaflet.Path).getElement()
    name(element, label)
    element?.setAttribute('tabindex', '0')
    element?.addEventListener('keydown', (event) => { if ((event as KeyboardEvent).key === 'Enter') open() })
  })
  return { feature, layer, afterAdd, open }
}

function name(element: Element | undefined, label: string): void {
  element?.setAttribute('role', 'button')
  element?.setAttribute('aria-label', label)
}

function popup({ properties }: MapFeature, texts: MapTexts): HTMLElement {
  const box = document.createElement('div')
  box.className = 'map-popup'
  const title = document.createElement('strong')
  title.textContent = properties.reference ?? ''
  const facts = document.createElement('dl')
  addFact(facts, texts.address, properties.address)
  addFact(facts, texts.status, properties.status)
  addFact(facts, texts.risk, properties.risk)
  addFact(facts, texts.works, properties.open_works)
  box.append(title, facts)
  if (properties.url?.startsWith('/')) {
    const link = document.createElement('a')
    link.href = properties.url
    link.textContent = texts.open
    box.append(link)
  }
  return box
}

function addFact(list: HTMLDListElement, label: string, value: string | number | undefined): void {
  if (value === undefined || value === '') return
  const term = document.createElement('dt')
  term.textContent = label
  const said = document.createElement('dd')
  said.textContent = String(value)
  list.append(term, said)
}
