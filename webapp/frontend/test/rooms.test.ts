// The rooms of the tablet stand on floors: none takes from one above it or beside it.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const TABLET = fileURLToPath(new URL('../src/tablet', import.meta.url))
const FLOORS = [
  ['app'], ['screens'], ['panels', 'questions', 'start'], ['filling'], ['visits'], ['sending'], ['holder'],
  ['engine', 'line', 'memory'], ['ground'], ['shapes'],
]
const floorOf = new Map(FLOORS.flatMap((rooms, floor) => rooms.map((room) => [room, floor])))
const roomOf = (path: string) => path.split('/')[0] ?? ''

function wrongWays(): string[] {
  const found: string[] = []
  for (const entry of readdirSync(TABLET, { recursive: true, withFileTypes: true })) {
    if (!/\.(ts|vue)$/.test(entry.name)) continue
    const from = relative(TABLET, join(entry.parentPath, entry.name))
    if (!floorOf.has(roomOf(from))) found.push(`${from} stands in no room`)
    for (const [, spec = ''] of readFileSync(join(TABLET, from), 'utf8').matchAll(/from '(\.[^']*)'/g)) {
      const to = relative(TABLET, join(TABLET, dirname(from), spec))
      const [above, below] = [floorOf.get(roomOf(from)) ?? 0, floorOf.get(roomOf(to)) ?? 0]
      if (roomOf(from) !== roomOf(to) && below <= above) found.push(`${from} -> ${to}`)
    }
  }
  return found
}

it('stands on its floors', () => {
  expect(wrongWays()).toEqual([])
})
