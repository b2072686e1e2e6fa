import type { PesAller } from './aller.ts'

const isSiret = (value: string): boolean => {
  if (!/^\d{14}$/u.test(value)) return false
  const sum = Array.from(value, Number).reduce((total, digit, rank) => {
    const doubled = rank % 2 === 0 ? digit * 2 : digit
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  // The establishments of La Poste have a rule of their own: the plain sum of their digits.
  return (
    sum % 10 === 0 ||
    (value.startsWith('356000000') && [...value].reduce((all, each) => all + Number(each), 0) % 5 === 0)
  )
}

/**
 * What the platform or the treasury would refuse, hours after the sending (formats/pes-v2.md §8, s2low.md §5.5): every fault in one
 * list of French sentences, none when the PES may leave.
 * @param needsBudget platforms that route by budget refuse a PES without `CodBud`
 */
export const pesFaults = (pes: PesAller, { needsBudget }: { readonly needsBudget: boolean }): readonly string[] => {
  if (pes.root !== 'PES_Aller')
    return [`Ce fichier n'est pas un PES aller : sa racine est « ${pes.root} » au lieu de « PES_Aller ».`]
  const missing = (value: string, name: string) => (value ? [] : [`La balise « ${name} » est absente ou vide.`])
  return [
    ...(pes.encoding === 'ISO-8859-1'
      ? []
      : [`Le fichier doit déclarer l'encodage ISO-8859-1 (${pes.encoding ?? 'aucun encodage'} déclaré).`]),
    ...missing(pes.nomFic, 'NomFic'),
    ...(pes.nomFic.length > 100 ? ['La balise « NomFic » dépasse 100 caractères.'] : []),
    ...missing(pes.idPost, 'IdPost'),
    ...missing(pes.idColl, 'IdColl'),
    ...(pes.idColl && !isSiret(pes.idColl) ? [`« IdColl » (${pes.idColl}) n'est pas un numéro SIRET.`] : []),
    ...missing(pes.codCol, 'CodCol'),
    ...(needsBudget ? missing(pes.codBud, 'CodBud') : []),
    ...(pes.domains.length > 0
      ? []
      : ['Le PES ne contient ni dépense, ni recette, ni facture, ni marché, ni pièce justificative.']),
  ]
}
