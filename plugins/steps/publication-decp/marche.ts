import type { Values } from '#core'
import type { fields, inputs } from './fields.ts'

export type Inputs = Values<typeof inputs>
export type Data = Values<typeof fields>

/** A contract as it is published; its shape is checked by the schema. */
export type Marche = Readonly<Record<string, unknown>> & {
  readonly actesSousTraitance?: readonly Readonly<Record<string, unknown>>[]
  readonly modifications?: readonly Readonly<Record<string, unknown>>[]
  readonly modificationsActesSousTraitance?: readonly Readonly<Record<string, unknown>>[]
}

/** What is not given is not written. */
const without = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ''))

const operateur = ({ id, type }: { readonly id: string; readonly type: string }) => ({
  typeIdentifiant: type,
  id: id.replaceAll(/\s/gu, ''),
})

const listed = (name: string, items: readonly object[]): object | undefined =>
  items.length === 0 ? undefined : items.map(item => ({ [name]: item }))

/** « SIRET 21340172201787 » on each line. What is written otherwise stays as it is, for the schema to refuse. */
const titulairesIn = (lines: string | undefined): object | undefined =>
  listed(
    'titulaire',
    (lines ?? '').split('\n').flatMap(line => {
      const written = line.trim()
      if (written === '') return []
      const [type = '', ...id] = written.split(/\s+/u)
      return [operateur({ type: type.toUpperCase(), id: id.join('') })]
    }),
  )

/**
 * The contract that the form describes, every list of changes in full.
 * @param day the day of publication given to what is published for the first time, `YYYY-MM-DD`
 */
export const marcheOf = (inputs: Inputs, data: Data, day: string): Marche =>
  without({
    id: inputs.numero?.trim(),
    acheteur: { id: data.siret },
    nature: data.nature,
    objet: inputs.objet?.trim(),
    codeCPV: inputs.cpv?.trim(),
    techniques: { technique: data.techniques.map(({ technique }) => technique) },
    modalitesExecution: { modaliteExecution: data.modalites.map(({ modalite }) => modalite) },
    idAccordCadre: data.idAccordCadre?.trim(),
    marcheInnovant: data.marcheInnovant,
    ccag: data.ccag,
    offresRecues: data.offresRecues,
    attributionAvance: data.attributionAvance,
    tauxAvance: data.attributionAvance ? data.tauxAvance : undefined,
    typeGroupementOperateurs: data.groupement,
    sousTraitanceDeclaree: data.sousTraitanceDeclaree,
    actesSousTraitance: listed(
      'acteSousTraitance',
      data.actesSousTraitance.map((acte, rank) => ({
        id: rank + 1,
        sousTraitant: operateur(acte),
        dureeMois: acte.dureeMois,
        dateNotification: acte.dateNotification,
        datePublicationDonnees: day,
        montant: acte.montant,
        variationPrix: acte.variationPrix,
      })),
    ),
    procedure: data.procedure,
    lieuExecution: { code: data.lieuCode, typeCode: data.lieuType },
    dureeMois: data.dureeMois,
    dateNotification: inputs.dateNotification,
    datePublicationDonnees: day,
    montant: data.montant,
    typesPrix: { typePrix: data.typesPrix.map(({ type }) => type) },
    formePrix: data.formePrix,
    origineUE: data.origineUE,
    origineFrance: data.origineFrance,
    titulaires: data.titulaires.map(each => ({ titulaire: operateur(each) })),
    considerationsSociales: {
      considerationSociale: data.considerationsSociales.map(({ consideration }) => consideration),
    },
    considerationsEnvironnementales: {
      considerationEnvironnementale: data.considerationsEnvironnementales.map(({ consideration }) => consideration),
    },
    modifications: listed(
      'modification',
      data.modifications.map(({ dateNotification, dureeMois, montant, titulaires }, rank) =>
        without({
          id: rank + 1,
          dateNotificationModification: dateNotification,
          datePublicationDonneesModification: day,
          dureeMois,
          montant,
          titulaires: titulairesIn(titulaires),
        }),
      ),
    ),
    modificationsActesSousTraitance: listed(
      'modificationActeSousTraitance',
      data.modificationsActes.map(({ acte, dateNotification, dureeMois, montant }) =>
        without({
          id: acte,
          dateNotificationModificationSousTraitance: dateNotification,
          datePublicationDonnees: day,
          dureeMois,
          montant,
        }),
      ),
    ),
  })
