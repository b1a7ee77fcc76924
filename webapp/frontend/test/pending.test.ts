// @vitest-environment jsdom
import { describe, expect, it } from 'vitest'
import { askBeforeClosing, track } from '../src/tablet/ground/pending'

const asks = () => !dispatchEvent(new Event('beforeunload', { cancelable: true }))

describe('what is under way', () => {
  it('is not closed upon without a question, whatever screen is left', async () => {
    askBeforeClosing()
    expect(asks()).toBe(false)
    let done!: () => void
    const saved = track(new Promise<void>((resolve) => { done = resolve }))
    expect(asks()).toBe(true)
    done()
    await saved
    expect(asks()).toBe(false)
  })
})
