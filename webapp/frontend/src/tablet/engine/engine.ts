// The form engine, and all we know of its habits. Screens and drafts speak to it through these functions only.
import { XML_FILE, type SessionRecord } from '../shapes/records'
import {
  loadForm, type AnyControlNode, type GroupNode, type LoadFormResult, type ModelValueNode,
  type RepeatInstanceNode, type RepeatRangeNode, type RootNode, type TextRange, type TextRole, type UploadNode,
} from '@getodk/xforms-engine'
import { shallowReactive } from 'vue'

export type { RepeatRangeNode, RootNode, UploadNode } from '@getodk/xforms-engine'
export type FormNode = AnyControlNode | ModelValueNode | GroupNode | RepeatRangeNode | RepeatInstanceNode
export type LeafNode = AnyControlNode | ModelValueNode

type Instantiable = Exclude<LoadFormResult, { status: 'failure' }>
type Holder = Pick<SessionRecord, 'deviceId' | 'user'>

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A photo or signature of an instance, with the unique name its answer holds. */
export interface NamedFile {
  name: string
  file: File
}

class FormUnreadable extends Error {
  override name = 'FormUnreadable'
}

let ahead: { xform: string; form: Promise<Instantiable> } | null = null

/** Read the form that is likely to be opened next: reading is half of opening. */
export function readAhead(xform: string): void {
  if (ahead?.xform === xform) return
  const form = readAnew(xform)
  ahead = { xform, form }
  form.catch(() => { ahead = null })
}

/** A form read ahead serves once: it would keep every instance made of it in memory. */
function load(xform: string): Promise<Instantiable> {
  const ready = ahead?.xform === xform ? ahead.form : null
  if (ready) ahead = null
  return ready ?? readAnew(xform)
}

async function readAnew(xform: string): Promise<Instantiable> {
  const form = await loadForm(xform, {
    fetchFormAttachment: () => Promise.resolve(new Response('', { status: 404 })),
    missingResourceBehavior: 'BLANK',
  })
  if (form.status === 'failure') throw new FormUnreadable(form.error.message)
  return form
}

function configuration(holder: Holder) {
  return {
    // Shallow: the engine's nodes have private parts that a deep proxy would break.
    stateFactory: <T extends object>(state: T) => shallowReactive(state) as T,
    // Every iPad photo is "image.jpg": only unique names do not collide.
    instanceAttachments: {
      fileNameFactory: ({ basename, extension }: { basename: string; extension: string | null }) =>
        (UUID.test(basename) ? basename : crypto.randomUUID()) + (extension ?? '.jpg'),
    },
    preloadProperties: {
      deviceID: holder.deviceId, username: holder.user.name, email: holder.user.email,
    },
  }
}

/** Begin a new instance; its id is made here, on the tablet. */
export async function createInstance(xform: string, holder: Holder): Promise<RootNode> {
  return (await load(xform)).createInstance(configuration(holder)).root
}

/** Bring back an instance from its XML and files. */
export async function restoreInstance(
  xform: string, saved: { xml: string; files: NamedFile[] }, holder: Holder,
): Promise<RootNode> {
  const data = new FormData()
  data.set(XML_FILE, new File([saved.xml], XML_FILE, { type: 'text/xml' }))
  for (const { name, file } of saved.files) data.set(name, file)
  const form = await load(xform)
  const { root } = await form.restoreInstance({ data: [data] as never }, configuration(holder))
  bringBackFirstTurns(root)
  return root
}

/** What is hidden is not in the XML: a repeat hidden when it was saved gets its first turn back, as in a new instance. */
function bringBackFirstTurns(node: RootNode | FormNode): void {
  for (const child of childrenOf(node)) {
    const bare = isRepeat(child) && !childrenOf(child).length
    if (bare && child.nodeType === 'repeat-range:uncontrolled' && !child.currentState.relevant) child.addInstances()
    if (!isLeaf(child)) bringBackFirstTurns(child)
  }
}

/** Show the form in the language of the screens, if it has it. */
export function speak(root: RootNode, language: 'fr' | 'en'): void {
  const wanted = root.languages.find((known) => new RegExp(`\\(${language}\\)|^${language}\\b`, 'i').test(known.language))
  if (wanted && !wanted.isSyntheticDefault) root.setLanguage(wanted)
}

/** The instance as XML, as it stands. Answers hidden by relevance are not in it. */
export function xmlOf(root: RootNode): string {
  return root.instanceState.instanceXML
}

/** The finished instance as XML: only the payload fills in `end`, so ask for it once, at the finish. */
export async function finishedXml(root: RootNode): Promise<string> {
  const payload = await root.prepareInstancePayload({ payloadType: 'monolithic' })
  return payload.data[0].get(XML_FILE).text()
}

/** The UUID of an instance, without its `uuid:`. */
export function instanceIdOf(xml: string): string {
  const id = new DOMParser().parseFromString(xml, 'text/xml').getElementsByTagNameNS('*', 'instanceID')[0]?.textContent
  if (!id) throw new FormUnreadable('the form has no instanceID')
  return id.replace(/^uuid:/, '')
}

/** The files of the relevant answers. From the nodes: the payload silently leaves out restored ones. */
export function filesOf(root: RootNode): NamedFile[] {
  return uploadsOf(root).flatMap((node) => {
    const { relevant, value, instanceValue } = node.currentState
    return relevant && value && instanceValue ? [{ name: instanceValue, file: value }] : []
  })
}

/** The questions that a photo or a signature answers. */
export function uploadsOf(root: RootNode): UploadNode[] {
  return leavesOf(childrenOf(root)).filter((node): node is UploadNode => node.nodeType === 'upload')
}

export function childrenOf(node: RootNode | FormNode): readonly FormNode[] {
  return (node.currentState.children ?? []) as readonly FormNode[]
}

/** All questions and values below, in order, whether relevant or not. */
export function leavesOf(nodes: readonly FormNode[]): LeafNode[] {
  return nodes.flatMap((node) => (isLeaf(node) ? [node] : leavesOf(childrenOf(node))))
}

export function isLeaf(node: FormNode): node is LeafNode {
  return !['group', 'repeat-instance', 'repeat-range:controlled', 'repeat-range:uncontrolled'].includes(node.nodeType)
}

export function isRepeat(node: FormNode): node is RepeatRangeNode {
  return node.nodeType === 'repeat-range:controlled' || node.nodeType === 'repeat-range:uncontrolled'
}

/** The name of a node in its form: the last step of its path. */
export function nameOf(node: FormNode): string {
  return (node.currentState.reference.split('/').pop() ?? '').replace(/\[\d+\]$/, '')
}

/** The path of a node in its form, without the numbers of repeat instances. */
export function pathOf(node: FormNode): string {
  return node.currentState.reference.replace(/\[\d+\]/g, '')
}

const consequencePaths = new WeakMap<object, ReadonlySet<string>>()

/** Tell which notes of an instance are what follows from the answers. */
export function markConsequences(root: RootNode, paths: Iterable<string>): void {
  consequencePaths.set(root, new Set(paths))
}

/** What follows is written as notes that no page shows as questions. */
export function isConsequence(node: FormNode): boolean {
  if (node.nodeType !== 'note') return false
  return nameOf(node).startsWith('consequence_') || (consequencePaths.get(node.root)?.has(pathOf(node)) ?? false)
}

const confidentialNames = new WeakMap<object, ReadonlySet<string>>()

/** Tell which answers of an instance only some may read. */
export function markConfidential(root: RootNode, names: ReadonlySet<string>): void {
  confidentialNames.set(root, names)
}

export function isConfidential(node: FormNode): boolean {
  return confidentialNames.get(node.root)?.has(nameOf(node)) ?? false
}

/** Whether a person answers it: not a note, not a calculation. */
export function isQuestion(node: FormNode): node is Exclude<AnyControlNode, { nodeType: 'note' }> {
  return isLeaf(node) && node.nodeType !== 'model-value' && node.nodeType !== 'note'
}

export function isAnswered(node: LeafNode): boolean {
  return node.currentState.instanceValue !== ''
}

/** Whether it is asked now and has an answer. */
export function isAnsweredNow(node: LeafNode): boolean {
  return node.currentState.relevant && isAnswered(node)
}

export interface Shown {
  kind: 'image' | 'audio' | 'video'
  name: string
}

/** The pictures, sounds and films that stand beside a text, by the names of their files. */
export function shownBeside(text: TextRange<TextRole> | null): Shown[] {
  if (!text) return []
  const sources = { image: text.imageSource, audio: text.audioSource, video: text.videoSource }
  return (Object.entries(sources) as [Shown['kind'], URL | undefined][]).flatMap(([kind, source]) =>
    source ? [{ kind, name: decodeURIComponent(source.pathname.split('/').pop() ?? '') }] : [])
}

export function hasAppearance(node: FormNode, wanted: string): boolean {
  return [...((node.appearances ?? []) as Iterable<string>)].includes(wanted)
}
