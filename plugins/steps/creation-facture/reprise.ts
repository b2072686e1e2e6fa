import { errors, pdfOf, PermanentError, readPivot, readPivotValues, type FileRef, type Files } from '#core'

const day = (written: string | undefined): string | undefined => /^\d{4}-\d{2}-\d{2}/u.exec(written ?? '')?.[0]

const filled = (values: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ''))

/**
 * What a pivot made already says, by field of `facture-formulaire-pivot` (`flows/factures.md`, `extraire-pivot`).
 * @throws Problem 422 when it is no pivot
 */
export const lirePivot = async (content: AsyncIterable<Uint8Array>, { name }: { readonly name: string }) => {
  const values = await readPivotValues(content).catch((cause: unknown) => {
    throw errors.badInput({
      detail: `« ${name} » n'est pas un pivot de facture utilisable : il est incomplet, mal formé, ou ne contient aucune facture. Déposez-en un autre, ou remplissez le formulaire.`,
      cause,
    })
  })
  return filled({
    siret: values.siret,
    codeService: values.service_destinataire_code,
    numeroEngagement: values.facture_numero_engagement,
    numeroMarche: values.facture_numero_marche,
    fournisseurType: values.type_identifiant,
    fournisseur: values.fournisseur,
    fournisseurNom: values.fournisseur_raison_sociale,
    pays: values.fournisseur_code_pays,
    banqueType: values.fournisseur_ref_bancaire_type,
    banqueCompte: values.fournisseur_ref_bancaire_compte,
    banqueEtablissement: values.fournisseur_ref_bancaire_etablissement,
    numero: values.no_facture,
    type: values.type_facture,
    cadre: values.facture_cadre,
    date: day(values.date_facture),
    dateReception: day(values.facture_date_reception),
    modeCode: values.facture_mode_paiement_code,
    modeLibelle: values.facture_mode_paiement_libelle,
    devise: values.facture_devise,
    montantHt: values.facture_montant_ht,
    montantTtc: values.montant_ttc,
    montantNet: values.facture_montant_net,
  })
}

interface Pieces {
  readonly facture: FileRef
  readonly annexes: readonly FileRef[]
}

/** The pieces of the new pivot: those of the agent, else those of the pivot taken up. */
export const piecesOf = async (
  files: Files,
  {
    facture,
    annexes,
    source,
  }: { readonly [K in keyof Pieces]?: Pieces[K] | undefined } & {
    readonly source: FileRef | undefined
  },
): Promise<Pieces> => {
  const given = annexes ?? []
  if (facture && (given.length > 0 || !source)) return { facture, annexes: given }
  const [unit] = source ? await readPivot(files, source) : []
  const main = facture ?? (unit && pdfOf(unit)) ?? unit?.pieces.find(({ type }) => type === '01')?.file
  if (!main) throw new PermanentError('La facture (PDF) manque : déposez-la, ou reprenez un pivot qui la contient.')
  const others = (unit?.pieces ?? []).filter(({ type }) => type !== '01').map(({ file }) => file)
  return { facture: main, annexes: given.length > 0 ? given : others.filter(({ sha256 }) => sha256 !== main.sha256) }
}
