// @vitest-environment jsdom
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { askBeforeLeavingText, keepNothingTyped } from '../src/office/typed'

const leaves = () => dispatchEvent(new Event('beforeunload', { cancelable: true }))
const sends = (form: string) => document.querySelector(form)?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }))
const type = (text: string) => { (document.querySelector('#note textarea') as HTMLTextAreaElement).value = text }

describe('what is typed in the office', () => {
  it('is kept by no browser, but for what says itself who may', () => {
    document.body.innerHTML = '<form id="note"></form><form id="own" autocomplete="on"><input autocomplete="username"></form>'
    keepNothingTyped()
    expect(['#note', '#own', 'input'].map((one) => document.querySelector(one)?.getAttribute('autocomplete'))).toEqual(['off', 'on', 'username'])
  })
})

describe('a page on which a text was begun', () => {
  beforeAll(askBeforeLeavingText)
  beforeEach(() => { document.body.innerHTML = '<form id="note"><textarea>as it was</textarea></form><form id="other"></form>' })

  it('is left freely while the text is as it was', () => {
    expect(leaves()).toBe(true)
    type('as it was')
    expect(leaves()).toBe(true)
  })

  it('is not left in silence, nor by way of another form', () => {
    type('she fell in March')
    expect(leaves()).toBe(false)
    sends('#other')
    expect(leaves()).toBe(false)
  })

  it('is left when the text is sent, and not when sending was held up', () => {
    type('she fell in March')
    const hold = (event: Event) => event.preventDefault()
    document.body.addEventListener('submit', hold, { once: true })
    sends('#note')
    expect(leaves()).toBe(false)
    sends('#note')
    expect(leaves()).toBe(true)
  })
})
