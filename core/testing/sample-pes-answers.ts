import { allValued, valued } from './sample-pes.ts'

export interface SampleError {
  readonly code: string
  readonly label: string
}

export interface SampleElement {
  /** `DomaineAck`. */
  readonly domain?: string
  readonly accepted?: boolean
  readonly bordereau?: string
  readonly exercice?: string
  readonly idUnique?: string
  readonly errors?: readonly SampleError[]
  readonly pieces?: readonly {
    readonly number: string
    readonly errors?: readonly SampleError[]
    readonly lines?: readonly { readonly number: string; readonly errors: readonly SampleError[] }[]
  }[]
}

const ANSWERS = 'http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour'

interface Addressed {
  readonly nomFic: string
  readonly idColl?: string
  readonly codCol?: string
  readonly idPost?: string
  readonly codBud?: string
}

const opening = (root: string, namespace: string, typFic: string, to: Addressed): string =>
  `<?xml version="1.0" encoding="ISO-8859-1"?>\n<n:${root} xmlns:n="${namespace}">` +
  `<Enveloppe><Parametres>${allValued({ Version: '2', TypFic: typFic, NomFic: to.nomFic })}</Parametres>` +
  `<Emetteur>${valued('Sigle', 'DGFiP')}</Emetteur></Enveloppe>` +
  `<EnTetePES>${allValued({
    DteStr: '2026-01-16',
    IdPost: to.idPost ?? '034059',
    IdColl: to.idColl ?? '21340001700017',
    CodCol: to.codCol ?? '123',
    CodBud: to.codBud ?? '00',
  })}</EnTetePES>`

const errorsOf = (errors: readonly SampleError[] = []): string =>
  errors.map(({ code, label }) => `<Erreur>${allValued({ NumAnoAck: code, LibelleAnoAck: label })}</Erreur>`).join('')

const elementOf = ({ domain = '5', accepted = true, ...element }: SampleElement): string => {
  const pieces = (element.pieces ?? []).map(({ number, errors, lines = [] }) => {
    const detail = lines.map(
      line => `<DetailLigne>${valued('NumLigne', line.number)}${errorsOf(line.errors)}</DetailLigne>`,
    )
    return `<DetailPiece>${valued('NumPiece', number)}${errorsOf(errors)}${detail.join('')}</DetailPiece>`
  })
  return `<ElementACQUIT>${allValued({
    DomaineAck: domain,
    EtatAck: accepted ? '1' : '0',
    NumBord: element.bordereau ?? '',
    ExerciceBord: element.exercice ?? '',
    IdUnique: element.idUnique ?? '',
  })}${errorsOf(element.errors)}${pieces.join('')}</ElementACQUIT>`
}

const latin1 = (xml: string): Buffer => Buffer.from(xml, 'latin1')

/** A PES_ACQUIT as the treasury sends it (formats/pes-v2.md §6). */
export const sampleAcquit = ({
  elements = [{ bordereau: '1', exercice: '2026' }],
  ...to
}: Addressed & { readonly elements?: readonly SampleElement[] }): Buffer =>
  latin1(
    `${opening('PES_ACQUIT', `${ANSWERS}/v2`, 'PESACQ', to)}<ACQUIT><EnTeteAcquit>${valued('IdVer', '2')}</EnTeteAcquit>` +
      `${elements.map(elementOf).join('')}</ACQUIT></n:PES_ACQUIT>\n`,
  )

/** The refusal of a PES as a whole. Its inside is not published: errors are written as in an acquit. */
export const sampleNonAcquit = ({
  errors = [{ code: '1001', label: 'Flux non conforme au schéma' }],
  ...to
}: Addressed & { readonly errors?: readonly SampleError[] }): Buffer =>
  latin1(`${opening('PES_NonAcquit', ANSWERS, 'PESNACQ', to)}${errorsOf(errors)}</n:PES_NonAcquit>\n`)

/** A PES_Retour: what the treasury says by itself (payments, recoveries). */
export const samplePesRetour = (to: Addressed): Buffer =>
  latin1(
    `${opening('PES_Retour', ANSWERS, 'PESRETOUR', to)}<PES_DepenseRetour><EnTeteDepenseRetour>${valued('IdVer', '2')}</EnTeteDepenseRetour>` +
      `<MandatRetour>${allValued({ Exer: '2026', IdBord: '1', IdPce: '1001', EtatMandat: 'Payé' })}</MandatRetour></PES_DepenseRetour></n:PES_Retour>\n`,
  )
