import type { XmlElement } from '../../../connectors/xml-element.ts'
import { MOST_VALUES } from '../aller.ts'
import { declaredIn, Unverifiable, type DeclaredSignature } from './declared.ts'
import { idOf, walkXml, type Place } from './walk.ts'

/** A bordereau, as people know it and as signatures do. */
export interface SignedBordereau {
  readonly id: string
  readonly exercice: string
  /** `Id`; empty when it has none, and cannot be signed by itself. */
  readonly xmlId: string
}

export interface SurveyedSignature {
  /** Identifier of the element that holds it: `Id` of the bordereau, or of the root. */
  readonly holder: string
  readonly declared: DeclaredSignature | Unverifiable
}

/** What a first reading learns: the second one takes the digests. */
export interface Survey {
  readonly rootId: string
  readonly bordereaux: readonly SignedBordereau[]
  readonly bordereauCount: number
  readonly signatures: readonly SurveyedSignature[]
  readonly signatureCount: number
}

/** A PES has a few hundred bordereaux at most; each costs the hub two digests and a signature to check. */
export const MOST_SIGNATURES = 2_000
/** A signature weighs some ten kilobytes, its timestamps included. */
const LONGEST_SIGNATURE = 1_000_000
const MOST_ELEMENTS = 2_000

interface Growing extends XmlElement {
  readonly children: Growing[]
  text: string
}

const growing = ({ tag }: Place): Growing => ({
  ...{ name: tag.local, namespace: tag.uri, children: [], text: '' },
  attributes: Object.fromEntries(Object.values(tag.attributes).map(({ local, value }) => [local, value])),
})

const declaredOrWhy = (signature: XmlElement): DeclaredSignature | Unverifiable => {
  try {
    return declaredIn(signature)
  } catch (error) {
    if (error instanceof Unverifiable) return error
    throw error
  }
}

/**
 * Finds the bordereaux of a PES and its signatures.
 * @throws UnreadableXml as `streamXml`; what `source` throws
 */
export const survey = async (source: AsyncIterable<unknown>): Promise<Survey> => {
  const bordereaux: SignedBordereau[] = []
  const signatures: SurveyedSignature[] = []
  const counts = { bordereaux: 0, signatures: 0 }
  const path: Growing[] = []
  const holders: string[] = []
  let rootId = ''
  let bordereau = { id: '', exercice: '', xmlId: '' }
  let kept = { elements: 0, characters: 0 }

  const found = (signature: Growing) => {
    counts.signatures += 1
    if (signatures.length >= MOST_SIGNATURES) return
    const isTooLong = kept.elements > MOST_ELEMENTS || kept.characters > LONGEST_SIGNATURE
    signatures.push({
      holder: holders.at(-1) ?? '',
      declared: isTooLong ? new Unverifiable('elle est démesurée') : declaredOrWhy(signature),
    })
  }
  await walkXml(source, {
    open(place) {
      const { tag, depth, parent } = place
      if (place.signature > 0) {
        kept.elements += 1
        const element = growing(place)
        if (kept.elements <= MOST_ELEMENTS) path.at(-1)?.children.push(element)
        path.push(element)
        return
      }
      kept = { elements: 0, characters: 0 }
      holders.push(idOf(tag))
      if (depth === 1) rootId = idOf(tag)
      const value = tag.attributes['V']?.value ?? ''
      if (tag.local === 'Bordereau') bordereau = { id: '', exercice: '', xmlId: idOf(tag) }
      else if (parent === 'BlocBordereau' && tag.local === 'IdBord') bordereau.id ||= value
      else if (parent === 'BlocBordereau' && tag.local === 'Exer') bordereau.exercice ||= value
    },
    close({ tag, signature }) {
      if (signature > 0) {
        const closed = path.pop()
        if (closed) closed.text = closed.text.trim()
        if (path.length === 0 && closed) found(closed)
        return
      }
      holders.pop()
      if (tag.local !== 'Bordereau') return
      counts.bordereaux += 1
      if (bordereaux.length < MOST_VALUES) bordereaux.push({ ...bordereau })
    },
    text(text) {
      const element = path.at(-1)
      if (!element) return
      kept.characters += text.length
      if (kept.characters <= LONGEST_SIGNATURE) element.text += text
    },
    skips: () => true,
  })
  return {
    rootId,
    bordereaux,
    bordereauCount: counts.bordereaux,
    signatures,
    signatureCount: counts.signatures,
  }
}
