import { defineStep, faultsOfPivot, file, longText, pdfOf, PermanentError, readPivot, text } from '#core'
import type { Files, FileRef, FacturePivot } from '#core'
import { routeOf } from './reglages.ts'

export { STATUTS_VISA, statutsDepot } from './reglages.ts'

type Edits = Record<string, unknown>

const day = (written: string | undefined): string | undefined => /^\d{4}-\d{2}-\d{2}/u.exec(written ?? '')?.[0]

/** What the pivot says, by field of the flow. */
const saidBy = (pivot: FacturePivot): Edits => {
  const { values, pieces } = pivot
  const main = pieces.filter(({ type }) => type === '01').map(({ file: each }) => each)
  const others = pieces.filter(({ type }) => type !== '01').map(({ file: each }) => each)
  return {
    numero: values.no_facture,
    fournisseur: values.fournisseur,
    fournisseurNom: values.fournisseur_raison_sociale,
    fournisseurType: values.type_identifiant,
    type: values.type_facture,
    cadre: values.facture_cadre,
    date: day(values.date_facture),
    siret: values.siret,
    codeService: values.service_destinataire_code,
    numeroEngagement: values.facture_numero_engagement,
    numeroMarche: values.facture_numero_marche,
    montantTtc: values.montant_ttc,
    montantHt: values.facture_montant_ht,
    montantNet: values.facture_montant_net,
    devise: values.facture_devise,
    original: main[0],
    annexes: [...main.slice(1), ...others],
    pdf: pdfOf(pivot),
  }
}

const isEmpty = (value: unknown) => value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

/** What the document does not say yet: whoever brought it, the connector or an agent, knows better than the file. */
const missing = (edits: Edits, held: Readonly<Record<string, unknown>>): Edits =>
  Object.fromEntries(Object.entries(edits).filter(([name, value]) => !isEmpty(value) && isEmpty(held[name])))

/** The invoice of this document, when the file holds several. */
const unitOf = (
  units: readonly FacturePivot[],
  idFacture: string | undefined,
  held: Readonly<Record<string, unknown>>,
): FacturePivot | undefined =>
  units.find(({ values }) => idFacture !== undefined && values.id_facture_cpp === idFacture) ??
  units.find(({ values }) => values.no_facture === held['numero'] && values.fournisseur === held['fournisseur']) ??
  units[0]

/** The extraction as a file, which archiving reads. */
export const extraction = (files: Files, { values }: FacturePivot): Promise<FileRef> =>
  files.save(JSON.stringify(values, null, 2), 'donnees_pivot.json')

/**
 * Receives an invoice: reads its pivot and takes out its pieces, then gives the document the route settled by the administrator
 * (`flows/factures.md`, « How invoices arrive » and « Routing defaults »). A step of `facture-cpp` alone: it writes the fields of that flow.
 */
export const receptionFacture = defineStep({
  id: 'receptionFacture',
  label: 'Réception',
  needs: 'reglages',
  optional: true,
  inputs: {
    pivot: file('Facture (pivot XML)', { required: true }),
    idFacture: text('Identifiant Chorus Pro'),
    statut: text('Statut Chorus Pro'),
  },
  fields: {
    donnees: file('Données lues dans la facture', { computed: true, pastell: 'sae_config' }),
    aVerifier: longText('À vérifier dans le pivot', { computed: true }),
  },
  initial: 'recue',
  states: {
    recue: { label: 'Facture reçue', pastell: 'importation' },
    integree: { label: 'Facture intégrée', ends: 'next', pastell: 'integration-glaneur-pivot' },
    erreurPivot: {
      label: 'Facture inexploitable',
      help: "Le fichier de la facture ne se lit pas, ou ne dit pas son numéro ; la raison est affichée. Demandez un fichier correct à qui l'a produit, puis « Abandonner », « Rouvrir », déposez-le, « Envoyer ». Si c'est le paramétrage qui est en cause, l'administrateur le corrige, puis « Réessayer : Intégrer la facture ».",
      trouble: true,
      deletable: true,
      pastell: 'integration-glaneur-pivot-error',
    },
  },
  tasks: {
    integrer: {
      label: 'Intégrer la facture',
      from: 'recue',
      to: 'integree',
      failsTo: 'erreurPivot',
      afterCrash: 'retry',
      pastell: 'create-facture',
      async run({ inputs, connectors, document, files: store }, goto) {
        const units = await readPivot(store, inputs.pivot)
        const held = (await document.contents()).values
        const unit = unitOf(units, inputs.idFacture, held)
        if (!unit) throw new PermanentError(`Le pivot « ${inputs.pivot.name} » ne contient aucune facture.`)
        if (!unit.values.no_facture && isEmpty(held['numero']))
          throw new PermanentError(
            `Le pivot « ${inputs.pivot.name} » ne donne pas le numéro de la facture : demandez-le à nouveau à qui l'a émis.`,
          )
        // Brought without a number, it is the file that arrived: each of its invoices has its document. A connector brings them one by one.
        const others = isEmpty(held['numero']) ? units.filter(each => each !== unit) : []
        for (const [rank, other] of others.entries())
          await document.create({
            flow: 'facture-cpp',
            reference: `pivot-${rank + 2}`,
            values: { ...missing(saidBy(other), {}), pivot: inputs.pivot, origine: held['origine'] ?? 'GLANEUR' },
            then: { whenValid: 'envoyer' },
            link: { there: 'Autre facture du même fichier', here: 'Autre facture du même fichier' },
          })
        const statut = inputs.statut ?? 'MISE_A_DISPOSITION'
        const settings = (await connectors.reglages?.lire()) ?? {}
        const edits = {
          ...missing(saidBy(unit), held),
          ...missing({ idFacture: document.id, statut, origine: 'GLANEUR' }, held),
          ...routeOf(settings, held, statut),
        }
        const known = unit.values.fournisseur_raison_sociale ?? held['fournisseurNom']
        const faults = faultsOfPivot(unit.values)
        const doubtful = faults.length === 0 ? '' : `. À vérifier dans le pivot : ${faults.join(' ')}`
        const who = typeof known === 'string' ? known : 'fournisseur inconnu'
        return {
          ...goto(
            'integree',
            { donnees: await extraction(store, unit), aVerifier: faults.join('\n') || undefined },
            `Facture ${unit.values.no_facture ?? ''} de ${who} intégrée${doubtful}`,
          ),
          edits,
        }
      },
    },
  },
})
