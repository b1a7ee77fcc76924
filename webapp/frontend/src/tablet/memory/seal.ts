// How a value is sealed: AES-256-GCM under the tablet's data key, and that key wrapped under the PIN and under the
// server's recovery key. Pure: nothing is kept here.

type Path = (string | number)[]
interface Header {
  value: unknown
  /** Where the bytes that follow belong, and how many there are. */
  bytes: { path: Path; size: number }[]
}

/** What was kept cannot be opened with this key, or was moved or changed. */
export class Unopenable extends Error {
  override name = 'Unopenable'
}

const IV_BYTES = 12
const SIZE_BYTES = 4
export const PIN_ITERATIONS = 600_000

/** Seal a value for its place, `store/key`: moved to another place, it does not open. */
export async function seal(key: CryptoKey, value: unknown, place: string): Promise<ArrayBuffer> {
  return encrypt(key, pack(value), place)
}

export async function unseal(key: CryptoKey, sealed: ArrayBuffer, place: string): Promise<unknown> {
  return unpack(await decrypt(key, sealed, place))
}

/** A fresh data key; it can be wrapped, and leaves memory no other way. */
export function newDataKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt'])
}

/** Derive from a PIN the key that wraps; slow on purpose. */
export async function keyOfPin(pin: string, salt: ArrayBuffer, iterations: number): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey('raw', new TextEncoder().encode(pin), 'PBKDF2', false, ['deriveKey'])
  const method = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
  return crypto.subtle.deriveKey(method, typed, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

/** Read the server's recovery key: base64 of 32 bytes. */
export async function keyOfRecovery(recoveryKey: string): Promise<CryptoKey> {
  const raw = Uint8Array.from(atob(recoveryKey), (letter) => letter.charCodeAt(0))
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

/** Wrap the data key under another; `as` says which, so that one wrap never stands for the other. */
export async function wrapKey(dataKey: CryptoKey, under: CryptoKey, as: 'pin' | 'recovery'): Promise<ArrayBuffer> {
  const raw = await crypto.subtle.exportKey('raw', dataKey)
  try {
    return await encrypt(under, raw, `key/${as}`)
  } finally {
    new Uint8Array(raw).fill(0)
  }
}

/** Unwrap the data key; raises `Unopenable` when the other key is not the right one. */
export async function unwrapKey(wrapped: ArrayBuffer, under: CryptoKey, as: 'pin' | 'recovery'): Promise<CryptoKey> {
  const raw = await decrypt(under, wrapped, `key/${as}`)
  try {
    return await crypto.subtle.importKey('raw', raw, 'AES-GCM', true, ['encrypt', 'decrypt'])
  } finally {
    new Uint8Array(raw).fill(0)
  }
}

/** What tells one sealing from every other: no two are alike, also of the same value. */
export function versionOf(sealed: ArrayBuffer): string {
  return [...new Uint8Array(sealed, 0, IV_BYTES)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function encrypt(key: CryptoKey, bytes: ArrayBuffer, place: string): Promise<ArrayBuffer> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const secret = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: placed(place) }, key, bytes)
  return joined([iv.buffer, secret])
}

async function decrypt(key: CryptoKey, sealed: ArrayBuffer, place: string): Promise<ArrayBuffer> {
  const iv = sealed.slice(0, IV_BYTES)
  try {
    const method = { name: 'AES-GCM', iv, additionalData: placed(place) }
    return await crypto.subtle.decrypt(method, key, sealed.slice(IV_BYTES))
  } catch {
    throw new Unopenable(place)
  }
}

function placed(place: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`palier/1/${place}`)
}

/** A plain value as bytes: a header in JSON, then its ArrayBuffers as they are. */
export function pack(value: unknown): ArrayBuffer {
  const buffers: ArrayBuffer[] = []
  const header: Header = { value: null, bytes: [] }
  header.value = withoutBytes(value, [], (path, buffer) => {
    buffers.push(buffer)
    header.bytes.push({ path, size: buffer.byteLength })
  })
  const json = new TextEncoder().encode(JSON.stringify(header)).buffer
  return joined([new Uint32Array([json.byteLength]).buffer, json, ...buffers])
}

export function unpack(packed: ArrayBuffer): unknown {
  const [size] = new Uint32Array(packed.slice(0, SIZE_BYTES)) as unknown as [number]
  const header = JSON.parse(new TextDecoder().decode(packed.slice(SIZE_BYTES, SIZE_BYTES + size))) as Header
  const whole = { value: header.value }
  let at = SIZE_BYTES + size
  for (const { path, size: length } of header.bytes) {
    put(whole, ['value', ...path], packed.slice(at, at + length))
    at += length
  }
  return whole.value
}

/** Copy a value with its ArrayBuffers taken out; refuses, as IndexedDB does, what could not come back the same. */
function withoutBytes(value: unknown, path: Path, found: (path: Path, buffer: ArrayBuffer) => void): unknown {
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') throw cannotKeep(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each, index) => withoutBytes(each, [...path, index], found))
  const kind = Object.prototype.toString.call(value)
  if (kind === '[object ArrayBuffer]') {
    found(path, value as ArrayBuffer)
    return null
  }
  if (kind !== '[object Object]') throw cannotKeep(value)
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutBytes(each, [...path, key], found)]))
}

function cannotKeep(value: unknown): DOMException {
  return new DOMException(`${Object.prototype.toString.call(value)} cannot be kept`, 'DataCloneError')
}

function put(into: object, path: Path, value: ArrayBuffer): void {
  const [last, ...before] = [...path].reverse()
  const place = before.reverse().reduce((at, step) => (at as Record<string | number, unknown>)[step], into as unknown)
  ;(place as Record<string | number, unknown>)[last as string | number] = value
}

function joined(parts: ArrayBuffer[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(new Uint8Array(part), at)
    at += part.byteLength
  }
  return whole.buffer
}

/** SHA-256 in hexadecimal. */
export async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
