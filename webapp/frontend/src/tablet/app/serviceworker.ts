// What keeps the app on the tablet: every file of one version, answered from the tablet itself.
// It never touches /api or /openrosa, and takes over only when the page asks (update.ts).
declare const self: ServiceWorkerGlobalScope
/** The files of this version, `[address, hash of its bytes]`; written in at build time. */
declare const __FILES__: [string, string][]

const PREFIX = 'palier-tablet-'
const SHELL = '/tablet/index.html'
const CACHE = PREFIX + __FILES__.map(([, hash]) => hash.slice(0, 4)).join('')

self.addEventListener('install', (event) => event.waitUntil(keepVersion()))
self.addEventListener('activate', (event) => event.waitUntil(takeOver()))
self.addEventListener('message', (event) => {
  if (event.data?.type === 'SKIP_WAITING') event.waitUntil(self.skipWaiting())
})
self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url)
  if (event.request.method !== 'GET' || origin !== self.location.origin || !pathname.startsWith('/tablet/')) return
  event.respondWith(answer(event.request, event.request.mode === 'navigate' ? SHELL : pathname))
})

/** All of the files or no version at all: one that fails fails the installation. */
async function keepVersion(): Promise<void> {
  const cache = await caches.open(CACHE)
  await Promise.all(__FILES__.map(async ([address]) => {
    const known = address.startsWith('/tablet/assets/') ? await caches.match(address) : undefined
    const response = known ?? await fetch(address, { cache: 'reload', credentials: 'omit' })
    if (!response.ok) throw new Error(`${address}: ${response.status}`)
    await cache.put(address, response)
  }))
}

async function takeOver(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE)
  await Promise.all(old.map((name) => caches.delete(name)))
  await self.clients.claim()
}

async function answer(request: Request, address: string): Promise<Response> {
  const cache = await caches.open(CACHE)
  return (await cache.match(address, { ignoreVary: true })) ?? fetch(request)
}

export {}
