/** What can be set while the store runs: one field for each parameter of CONFIG that the engine heeds. */
export class Settings {}
