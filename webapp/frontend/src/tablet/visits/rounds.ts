// The way: a link that opens the device's own map, and a round as a file that map apps open. No page of others is called.
import type { Visit } from '../shapes/wire'

type Placed = Pick<Visit['dwelling'], 'address' | 'postcode' | 'city' | 'lat' | 'lon'>

/** The address in one line. */
export function addressOf({ address, postcode, city }: Placed): string {
  return `${address}, ${postcode} ${city}`.replace(/\s+/g, ' ').trim()
}

/** What of a browser tells its system: an iPad often says that it is a Mac, and a Mac opens the same links. */
export type Device = Pick<Navigator, 'userAgent'>

const isFromApple = ({ userAgent }: Device) => /iPad|iPhone|iPod|Macintosh/.test(userAgent)

/**
 * A link to the device's own map: the place itself where it is known, otherwise the address to search for.
 * Apple's systems know no `geo:`; their own map opens at its address. Nobody else is told the address of a home.
 */
export function mapLink(dwelling: Placed, device: Device): string {
  const { lat, lon } = dwelling
  const at = lat !== null && lon !== null ? `${lat},${lon}` : ''
  const query = encodeURIComponent(addressOf(dwelling))
  if (isFromApple(device)) return `https://maps.apple.com/?${at ? `ll=${at}&` : ''}q=${query}`
  return `geo:${at || '0,0'}?q=${query}`
}

/** The stops of a round that are on the map, as GPX 1.1: numbered and timed, with no name of a person. */
export function roundGpx(visits: readonly Visit[], timeOf: (moment: string) => string): string {
  const stops = visits.flatMap(({ dwelling, planned_start_at }, index) => {
    if (dwelling.lat === null || dwelling.lon === null) return []
    const name = `${index + 1} · ${timeOf(planned_start_at)} · ${addressOf(dwelling)}`
    return [`<rtept lat="${dwelling.lat}" lon="${dwelling.lon}"><name>${escaped(name)}</name></rtept>`]
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="Palier" xmlns="http://www.topografix.com/GPX/1/1">`
    + `<rte>${stops.join('')}</rte></gpx>\n`
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
