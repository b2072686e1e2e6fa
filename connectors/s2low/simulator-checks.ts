import { localDay } from '#core'
import type { SimRequest } from '#core/testing'
import { codeOf, type SimActeFile, type SimTransaction } from './simulator-acte.ts'
import { isMatter, natureOf } from './simulator-classification.ts'

const NUMBER = /^[A-Z0-9]([A-Za-z0-9_]{0,13}[A-Za-z0-9])?$/u
const SAME_NUMBER =
  'Un acte portant le même numéro interne existe déjà dans la base de données.\nIl faut peut-être ajouter un suffixe au numéro.'

/** The acte as the form describes it. */
export const givenOf = ({ field }: SimRequest) => ({
  type: 1,
  number: field('number') ?? '',
  subject: field('subject') ?? '',
  date: field('decision_date') ?? '',
  nature: field('nature_code') ?? '',
  classification: [1, 2, 3, 4, 5]
    .map(level => field(`classif${level}`))
    .filter(Boolean)
    .join('.'),
  related: undefined,
})

/** What the platform checks while the sender waits; `undefined` when it takes the acte. */
export const refusalOf = (request: SimRequest, isTaken: (number: string) => boolean): string | undefined => {
  const { field, fields, files } = request
  const { number, subject, date, nature, classification } = givenOf(request)
  const annexes = files.filter(file => file.field === 'acte_attachments[]')
  const types = fields.filter(({ name }) => name === 'type_pj[]')
  if (!NUMBER.test(number)) return "Le numéro n'est pas correct"
  if (!/^\d{4}-\d\d-\d\d$/u.test(date)) return "La date de décision n'est pas correcte"
  if (date > localDay(new Date())) return 'La date de décision est une date dans le futur'
  if (subject.length > 499) return "L'objet est trop long"
  if (!natureOf(nature) || !isMatter(classification)) return "La classification ou la nature n'est pas correcte"
  if (isTaken(number)) return SAME_NUMBER
  const main = files.find(file => file.field === 'acte_pdf_file')
  if (!main) return "Aucun fichier acte n'a été posté"
  if (main.size === 0) return 'Erreur lors de la réception du fichier : Le fichier semble vide'
  if (!field('type_acte')) return `Erreur lors de la réception du fichier ${main.filename} : typologie absente`
  if (types.length < annexes.length)
    return `Erreur lors de la réception du fichier annexe ${annexes[types.length]?.filename ?? ''} : typologie absente`
  if (files.reduce((sum, { size }) => sum + size, 0) > 157_286_400)
    return "la taille d'archive générée n'est pas conforme."
  return undefined
}

/** What the platform only finds out later. */
export const lateFault = ({ nature, files }: SimTransaction): string | undefined => {
  const allowed = natureOf(nature)?.types ?? {}
  const untyped = files.slice(1).find(({ type }) => !(type in allowed))
  if (untyped) return `Le type ${untyped.type} n'est pas autorisé pour la nature de l'acte`
  return files[1]?.mimetype === 'application/pdf'
    ? undefined
    : `Le fichier ${files[1]?.posted ?? ''} n'est pas un PDF valide`
}

/** The files of a form, as the platform renames them. */
export const piecesOf = async (
  { field, fields, files }: SimRequest,
  uniqueId: string,
): Promise<readonly Omit<SimActeFile, 'id'>[]> => {
  const types = [
    field('type_acte') ?? '',
    ...fields.filter(({ name }) => name === 'type_pj[]').map(({ value }) => value),
  ]
  const uploaded = [
    ...files.filter(file => file.field === 'acte_pdf_file'),
    ...files.filter(file => file.field === 'acte_attachments[]'),
  ]
  const heads = await Promise.all(
    uploaded.map(async file =>
      file.size > 1_000_000 ? '%PDF-' : (await file.bytes()).subarray(0, 5).toString('latin1'),
    ),
  )
  return uploaded.map((content, rank) => ({
    name: `${types[rank] ?? ''}-${uniqueId}-1-1_${rank + 1}.${content.filename.split('.').at(-1) ?? 'pdf'}`,
    posted: content.filename,
    mimetype: heads[rank] === '%PDF-' ? 'application/pdf' : content.type,
    type: types[rank] ?? '',
    content,
  }))
}

/** Addresses to warn, when the box is ticked. */
export const broadcastOf = ({ field, fields }: SimRequest): readonly string[] =>
  field('show_broadcast_email') === '1'
    ? fields.filter(({ name }) => name === 'broadcast_email[]').map(({ value }) => value)
    : []

/** Why an answer to a letter is not taken; `undefined` when it is. */
export const answerRefusal = (
  { field, files }: SimRequest,
  letter: SimTransaction | undefined,
  alreadyAnswered: boolean,
): string | undefined => {
  if (!letter || letter.type < 2 || letter.type > 4 || letter.answer) return 'Numéro de transaction invalide.'
  if (letter.type !== 2 && codeOf(letter) !== 7) return "Ce courrier n'attend pas de réponse."
  if (alreadyAnswered) return 'Une réponse a déjà été envoyée pour ce courrier.'
  if (!['3', '4'].includes(field('type_envoie') ?? '')) return "Le type d'envoi n'est pas correct"
  if (!files.some(file => file.field === 'acte_pdf_file' && file.size > 0)) return "Aucun fichier n'a été posté"
  return field('type_acte') ? undefined : 'Erreur lors de la réception du fichier : typologie absente'
}
