/** Levels of description (EAD), as an administrator reads them. SEDA 1.0 writes them in lower case and has no `OtherLevel`. */
export const LEVELS = {
  Fonds: 'Fonds',
  Subfonds: 'Sous-fonds',
  Class: 'Classe',
  Collection: 'Collection',
  Series: 'Série',
  Subseries: 'Sous-série',
  RecordGrp: "Groupe d'articles",
  SubGrp: "Sous-groupe d'articles",
  File: 'Dossier',
  Item: 'Pièce',
  OtherLevel: 'Autre',
} as const

export type Level = keyof typeof LEVELS

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').trim().toLowerCase()

const known = <K extends string>(names: readonly (readonly [K, readonly string[]])[], written: string): K | undefined =>
  names.find(([, spellings]) => spellings.some(each => plain(each) === plain(written)))?.[0]

/** `recordgrp`, `RecordGrp` and « Groupe d'articles » are the same level; `undefined` when it is none. */
export const levelOf = (written: string): Level | undefined =>
  known(
    Object.entries(LEVELS).map(([level, label]): readonly [Level, readonly string[]] => [
      level as Level,
      [level, label],
    ]),
    written,
  )

export type FinalAction = 'Keep' | 'Destroy'

/** `Conserver`, `conserver`, `Keep`; `Détruire`, `detruire`, `Destroy`. */
export const finalActionOf = (written: string): FinalAction | undefined =>
  known<FinalAction>(
    [
      ['Keep', ['Keep', 'Conserver']],
      ['Destroy', ['Destroy', 'Détruire']],
    ],
    written,
  )
