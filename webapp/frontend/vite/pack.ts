// Run after the builds: writes each file that packs well once more beside itself, with brotli and with gzip.
// The server sends what a browser likes best (webapp/frame/packing.py).
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const BUILT = ['build', 'tablet'].map((name) => fileURLToPath(new URL(`../../static/${name}`, import.meta.url)))
const PACKS_WELL = /\.(js|css|html|json|svg|wasm|webmanifest)$/
const LEAST = 1000 // bytes

const places = BUILT.flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`))
for (const place of places.filter((name) => PACKS_WELL.test(name) && statSync(name).size >= LEAST)) {
  const data = readFileSync(place)
  writeFileSync(`${place}.br`, brotliCompressSync(data, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: data.length } }))
  writeFileSync(`${place}.gz`, gzipSync(data, { level: 9 }))
}
