import type { Recipients } from '../../src/api/contacts.ts'
import type { FieldKind, FieldView, PageView } from '../../src/api/types.ts'

const field = (name: string, label: string, kind: FieldKind, rest: Partial<FieldView> = {}): FieldView => ({
  name,
  label,
  kind,
  required: false,
  computed: false,
  editable: true,
  ...rest,
})

/** The form of an acte, as the real hub describes it. */
export const actePages: readonly PageView[] = [
  {
    title: 'Informations',
    step: null,
    when: null,
    fields: [
      field('objet', 'Objet', 'longText', { required: true, max: 499 }),
      field('arrete', 'Acte', 'file', { required: true, accept: ['application/pdf'], maxBytes: 20_000_000 }),
      field('annexes', 'Annexes', 'files', { accept: ['application/pdf', 'image/png'], maxBytes: 20_000_000 }),
    ],
  },
  {
    title: 'Cheminement',
    step: null,
    when: null,
    fields: [
      field('envoi_signature', 'Faire signer', 'flag'),
      field('envoi_tdt', 'Télétransmettre à la préfecture', 'flag', { help: 'Contrôle de légalité.' }),
    ],
  },
  {
    title: 'Parapheur',
    step: 'signature',
    when: { field: 'envoi_signature', is: true },
    fields: [field('signature.circuit', 'Circuit', 'remoteChoice', { required: true })],
  },
  {
    title: 'Acte',
    step: 'tdt',
    when: { field: 'envoi_tdt', is: true },
    fields: [
      field('tdt.nature', "Nature de l'acte", 'choice', {
        required: true,
        choices: [
          { value: '1', label: 'Délibération' },
          { value: '2', label: 'Arrêté réglementaire' },
        ],
      }),
      field('tdt.numero', "Numéro de l'acte", 'text', {
        required: true,
        help: 'Majuscules, chiffres et tirets bas, sans espace.',
        pattern: {
          regex: '^[A-Z0-9_]{1,15}$',
          message: 'Le numéro ne contient que des majuscules, des chiffres et « _ ».',
        },
      }),
      field('tdt.date', 'Date de la décision', 'date', { required: true, notAfterToday: true }),
      field('tdt.classification', 'Matière', 'remoteChoice', { required: true }),
      field('tdt.types', 'Type des pièces', 'pieceTypes', {
        required: true,
        of: ['arrete', 'annexes'],
        by: ['tdt.nature'],
      }),
    ],
  },
  {
    title: 'Mail sécurisé',
    step: 'mailsec',
    when: { field: 'envoi_mailsec', is: true },
    fields: [field('mailsec.to', 'Destinataires', 'mailList', { required: true })],
  },
]

/** What the address book answers to a list: every group that it is asked for has nobody. */
export const recipientsOf = (list: string): Recipients => ({
  total: 0,
  entries: list.split(',').map(written => ({
    written: written.trim(),
    kind: written.includes('groupe:') ? 'groupe' : 'adresse',
    members: written.includes('groupe:') ? 0 : 1,
    fault: written.includes('groupe:') ? `« ${written.trim()} » n'a aucun membre.` : null,
  })),
})

export const choices: Readonly<
  Record<string, readonly { value: string; label: string; level?: number; selectable?: boolean }[]>
> = {
  'signature.circuit': [
    { value: 'maire', label: 'Signature du maire' },
    { value: 'dgs', label: 'Visa du DGS puis signature' },
  ],
  'tdt.classification': [
    { value: '1', label: '1 Commande publique', level: 0, selectable: false },
    { value: '1.1', label: '1.1 Marchés publics', level: 1 },
    { value: '1.2', label: '1.2 Délégation de service public', level: 1 },
    { value: '5', label: '5 Institutions et vie politique', level: 0, selectable: false },
    { value: '5.2', label: '5.2 Fonctionnement des assemblées', level: 1 },
    { value: '5.2.1', label: '5.2.1 Règlement intérieur', level: 2 },
    { value: '7', label: '7 Finances locales', level: 0, selectable: false },
    { value: '7.1', label: '7.1 Décisions budgétaires', level: 1 },
    { value: '7.5', label: '7.5 Subventions', level: 1 },
  ],
  'tdt.types': [
    { value: '99_DE', label: 'Délibération (99_DE)' },
    { value: '99_AU', label: 'Autre document (99_AU)' },
  ],
}

export const connectorFields: readonly FieldView[] = [
  field('url', 'URL du parapheur', 'url', { required: true, help: 'Par exemple https://parapheur.exemple.fr' }),
  field('identifiant', 'Identifiant', 'text', { required: true }),
  field('motDePasse', 'Mot de passe', 'secret', { required: true }),
  field('certificat', 'Certificat client', 'secretFile', { accept: ['application/x-pkcs12'] }),
]

export const connectorHelp = `# i-Parapheur 5

Relie Passeur au parapheur électronique.

## Ce qu'il vous faut

* l'**adresse** du parapheur ;
* un compte technique, avec le droit de créer des dossiers.

| Réglage | Exemple |
|---|---|
| URL | \`https://parapheur.exemple.fr\` |

<script>alert(1)</script>
`
