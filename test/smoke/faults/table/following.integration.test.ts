import { following } from "./following.ts";
import { playAll } from "./play.ts";

playAll(following);
