import type { FileRef } from '#core'
import type { FinalAction, Level } from './levels.ts'

/** The slips that are written. Vitam's is a SEDA 2.1, with its own archive and management data. */
export type Profile = '1.0' | '2.1' | '2.2' | 'vitam-2.1'

export interface Keyword {
  readonly content: string
  readonly reference: string
  readonly type: string
}

export interface AccessRule {
  readonly rule: string
  /** `YYYY-MM-DD`, or empty. */
  readonly startDate: string
}

export interface AppraisalRule extends AccessRule {
  readonly finalAction: FinalAction
}

/** What is said of a unit, or of the whole transfer. Empty texts are left out of the slip. */
export interface Description {
  readonly title: string
  readonly level: Level | undefined
  readonly description: string
  readonly language: string
  readonly history: string
  readonly keywords: readonly Keyword[]
  readonly accessRule: AccessRule | undefined
  readonly appraisalRule: AppraisalRule | undefined
}

/** A file of the transfer, where it is described. */
export interface Held {
  /** Empty: its name. */
  readonly title: string
  readonly file: FileRef
  /** Where it was: its name, or its path in the zip that brought it. */
  readonly path: string
  /** Is its media type announced? */
  readonly typed: boolean
}

export interface Unit extends Description {
  readonly files: readonly Held[]
  readonly units: readonly Unit[]
}

export interface Agency {
  readonly identifier: string
  readonly name: string
}

/** Everything a slip says, whatever its version. */
export interface Transfer extends Unit {
  readonly transferId: string
  /** ISO 8601. */
  readonly date: string
  readonly comment: string
  readonly agreement: string
  readonly profile: string
  readonly serviceLevel: string
  readonly archivalAgency: Agency
  readonly transferringAgency: Agency
  readonly originatingAgency: Agency
  readonly descriptionLanguage: string
  readonly originatingAgencyId: string
  readonly transferringAgencyId: string
  readonly startDate: string
  readonly endDate: string
  /** An existing unit of the archive service, below which this one goes; `key` names the metadata that identifies it (Vitam). */
  readonly attachTo: { readonly key: string; readonly value: string }
  /** Vitam: who produced and who transfers, for its management. */
  readonly management: { readonly originatingAgency: string; readonly submissionAgency: string }
}

/** A file as the slip announces it and as the archive holds it. */
export interface Piece {
  /** `xml:id` of the object. */
  readonly id: string
  /** Its name in the archive. */
  readonly uri: string
  /** Hexadecimal, of the algorithm of the settings. */
  readonly digest: string
  readonly file: FileRef
  readonly typed: boolean
}

/** Each file, and the piece that carries it: the same one for two identical contents in a Vitam archive. */
export type Pieces = ReadonlyMap<Held, Piece>

/** Every unit of a tree, itself first. */
export const unitsIn = (unit: Unit): readonly Unit[] => [unit, ...unit.units.flatMap(unitsIn)]

/** Every file of a tree, in the order of the slip. */
export const filesOf = (unit: Unit): readonly Held[] => [...unit.files, ...unit.units.flatMap(filesOf)]

/** A unit that stands for one file carries it itself; in any other, each file is a unit of its own. */
export const onlyFile = ({ files, units, title }: Unit): Held | undefined => {
  const [first, ...others] = files
  return first && others.length + units.length === 0 && ['', title].includes(first.title) ? first : undefined
}
