/** A change of a commit, as the API's `actions[]`. */
export interface FileAction {
  readonly action: string;
  readonly file_path: string;
  readonly previous_path?: string;
  readonly content?: string;
  readonly encoding?: string;
  readonly execute_filemode?: boolean;
}
