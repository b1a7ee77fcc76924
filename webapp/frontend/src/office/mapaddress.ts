// The map's address: its filters and the place it shows, so that Back, a reload or a sent link finds them again.
import type * as Leaflet from 'leaflet'
import { say, type MapTexts } from './maptexts'

const PLACE = ['lat', 'lon', 'zoom'] as const
const DECIMALS = 5

/** Write the address of a view. */
export function addressOf(map: Leaflet.Map, filters: URLSearchParams): string {
  const query = new URLSearchParams(filters)
  const { lat, lng } = map.getCenter()
  query.set('lat', lat.toFixed(DECIMALS))
  query.set('lon', lng.toFixed(DECIMALS))
  query.set('zoom', String(map.getZoom()))
  return `${location.pathname}?${query}${location.hash}`
}

/** Show the place the address tells; an address without one, or with a wrong one, moves nothing. */
export function goToPlace(map: Leaflet.Map): void {
  const query = new URLSearchParams(location.search)
  const [lat, lon, zoom] = PLACE.map((name) => Number.parseFloat(query.get(name) ?? ''))
  if (lat === undefined || lon === undefined || zoom === undefined) return
  if (!(Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && Number.isFinite(zoom))) return
  map.setView([lat, lon], zoom, { animate: false })
}

/** Set the filters as the address tells them. */
export function setFilters(form: HTMLFormElement): void {
  const query = new URLSearchParams(location.search)
  for (const field of form.elements) {
    if (field instanceof HTMLInputElement && field.type === 'checkbox') field.checked = query.get(field.name) === field.value
    else if (field instanceof HTMLSelectElement) {
      field.value = query.get(field.name) ?? ''
      if (field.selectedIndex < 0) field.selectedIndex = 0
    }
  }
}

/** Say the filters and the place in words: what a printed map needs. */
export function inWords(map: Leaflet.Map, form: HTMLFormElement | null, texts: MapTexts): string {
  const said: string[] = []
  for (const field of form?.elements ?? []) {
    if (field instanceof HTMLInputElement && field.type === 'checkbox' && field.checked) said.push(labelOf(field))
    else if (field instanceof HTMLSelectElement) {
      const value = field.selectedOptions[0]?.textContent.trim() ?? ''
      said.push(say(texts.filter, { name: labelOf(field), value }))
    }
  }
  const { lat, lng } = map.getCenter()
  said.push(say(texts.place, { lat: lat.toFixed(DECIMALS), lon: lng.toFixed(DECIMALS), zoom: String(map.getZoom()) }))
  return said.join(' · ')
}

function labelOf(field: HTMLInputElement | HTMLSelectElement): string {
  return field.labels?.[0]?.textContent.trim() ?? field.name
}
