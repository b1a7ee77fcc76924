// @vitest-environment jsdom
import { computed, effectScope, ref } from 'vue'
import { expect, it } from 'vitest'
import type { Follow } from '../src/tablet/engine/follows'
import type { OpenVisit } from '../src/tablet/filling/openvisit'
import { useUrgents } from '../src/tablet/filling/urgents'

const GAS = { reference: '/data/gas', severity: 'U0', labels: { fr: 'Gaz', en: 'Gas' } } as Follow
const visit = () => ({ record: { instanceId: 'i1', visitId: 'v1', personName: 'Odette' }, noted: ref(0) }) as unknown as OpenVisit

/** What becomes of a form that is finished while nobody hears an urgent finding. */
async function finished(mayGoUntold: boolean): Promise<string> {
  const scope = effectScope()
  const refused = () => Promise.reject(new Error('refused'))
  const urgents = scope.run(() => useUrgents(visit(), computed(() => [GAS]), refused, mayGoUntold))
  const end = urgents?.flush().then(() => 'goes', (error: Error) => error.message)
  scope.stop()
  return end ?? ''
}

it('an urgent finding that nobody heard holds a form on the tablet, and none that goes at once by itself', async () => {
  expect(await finished(false)).toBe('refused')
  expect(await finished(true)).toBe('goes')
})
