import type { Run } from './command.ts'

/** What `passeur --help` says of a command, and the module to load when it is asked for: `migrate` does not pay for the web server. */
export interface Command {
  /** Arguments and options as typed: `--fresh --once`. */
  readonly usage: string
  /** One line, in French. */
  readonly help: string
  load(): Promise<{ readonly run: Run }>
}

/** Every command by its words: `passeur journal verify` is `journal-verify.ts`. */
export const commands: Readonly<Record<string, Command>> = {
  bench: {
    usage: '[--actes 500]',
    help: 'fait voyager des actes par tout le cheminement contre des partenaires immédiats, et mesure',
    load: () => import('./bench.ts'),
  },
  demo: {
    usage: '[--once] [--fresh]',
    help: 'ouvre la ville de démonstration et ses partenaires simulés, et fait voyager un premier acte',
    load: () => import('./demo.ts'),
  },
  doctor: {
    usage: '',
    help: "remet la file d'attente en accord avec les documents, et dit ce qui n'allait pas",
    load: () => import('./doctor.ts'),
  },
  'flow check': {
    usage: '[--pastell] [flux]',
    help: 'vérifie tous les flux installés et dit ce qui ne va pas, ou ce qui manque aux noms de Pastell',
    load: () => import('./flow-check.ts'),
  },
  'flow graph': {
    usage: '<flux> [--svg] [--studio]',
    help: 'dessine un flux (mermaid, ou SVG) ; --studio : un flux publié dans le studio',
    load: () => import('./flow-graph.ts'),
  },
  import: {
    usage: '<quoi> <fichier>',
    help: "reprend ce qui vient d'un autre produit (pastell-studio…) ; seule, donne la liste",
    load: () => import('./import.ts'),
  },
  'journal verify': {
    usage: '[entité] [--autorite ca.pem]',
    help: 'recalcule la chaîne du journal et ses blocs horodatés, et nomme le premier maillon rompu ; --autorite : vérifie aussi qui a signé les jetons',
    load: () => import('./journal-verify.ts'),
  },
  migrate: {
    usage: '',
    help: 'met la base au niveau de cette version',
    load: () => import('./migrate.ts'),
  },
  serve: {
    usage: '[--work]',
    help: 'ouvre le serveur web (et traite aussi les documents avec --work)',
    load: () => import('./serve.ts'),
  },
  simulate: {
    usage: '[connecteur] [--progress 1000]',
    help: 'lance les partenaires simulés, ou celui d’un connecteur, et donne les réglages à saisir (progression en millisecondes)',
    load: () => import('./simulate.ts'),
  },
  worker: {
    usage: '[--concurrency 10]',
    help: 'traite les documents ; autant de processus que voulu sur la même base',
    load: () => import('./worker.ts'),
  },
}
