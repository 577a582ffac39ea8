// What Spark's own Scala says of texts: a request is one letter, a text and a zero byte; the answer
// is one line. The interpreter's `parse` is what spark-shell and Livy ask.

import java.io.{BufferedInputStream, BufferedOutputStream, ByteArrayOutputStream, PrintStream, PrintWriter, Writer}
import scala.collection.mutable.ArrayBuffer
import scala.tools.nsc.Settings
import scala.tools.nsc.interpreter.IMain

object Silence extends Writer {
  def write(text: Array[Char], offset: Int, length: Int): Unit = ()
  def flush(): Unit = ()
  def close(): Unit = ()
}

object Oracle {
  val settings = new Settings
  settings.processArguments(List("-usejavacp", "-Yrangepos"), true)
  val main = new IMain(settings, new PrintWriter(Silence))
  main.initializeSynchronous()
  import main.global._

  /** An error in a text that is also incomplete would else count for the next one, too. */
  def parse(text: String): main.parse.Result = {
    main.reporter.reset()
    main.parse(text)
  }

  def verdict(result: main.parse.Result): Char = result match {
    case main.parse.Success(_) => 'c'
    case main.parse.Incomplete(_) => 'i'
    case main.parse.Error(_) => 'e'
  }

  /** A letter for the first line, the first two lines, and so on. */
  def prefixes(text: String): String = {
    val letters = new StringBuilder
    var end = text.indexOf('\n')
    while (end >= 0) {
      letters += verdict(parse(text.substring(0, end)))
      end = text.indexOf('\n', end + 1)
    }
    letters += verdict(parse(text))
    letters.toString
  }

  /** With its modifiers and annotations. */
  def start(tree: Tree): Int = {
    val before = tree match {
      case definition: MemberDef =>
        definition.mods.positions.values.filter(_.isRange).map(_.start).toList ++
          definition.mods.annotations.map(_.pos).filter(_.isRange).map(_.start - 1)
      case _ => Nil
    }
    (tree.pos.start :: before).min
  }

  /** The verdict; then of each tree whether it defines or runs, its first and its last place. */
  def trees(text: String): String = {
    val result = parse(text)
    // `import a.b, c.d` is one statement, yet two trees.
    val written = result.trees.filter(_.pos.isRange).filter {
      case names: Import => text.startsWith("import", names.pos.start)
      case _ => true
    }
    val found = written.map { tree =>
      val kind = tree match {
        case value: ValDef if !value.mods.isLazy => "runs"
        case _: MemberDef => "defines"
        case _ => "runs"
      }
      s"$kind ${start(tree)} ${tree.pos.end}"
    }
    (verdict(result) +: found).mkString("\t")
  }

  /** Where the insides of classes and of methods begin and end. */
  def bodies(text: String): String = {
    val found = ArrayBuffer.empty[String]
    def body(members: List[Tree]): Unit = {
      val written = members.filter(_.pos.isOpaqueRange)
      if (written.nonEmpty) found += s"${written.map(start).min} ${written.map(_.pos.end).max}"
    }
    object Search extends Traverser {
      override def traverse(tree: Tree): Unit = {
        tree match {
          case ClassDef(_, _, _, template) => body(inside(template))
          case ModuleDef(_, _, template) => body(inside(template))
          case DefDef(_, _, _, _, _, Block(statements, last)) => body(statements :+ last)
          case _ =>
        }
        super.traverse(tree)
      }
      private def inside(template: Template): List[Tree] = {
        val parents = template.parents.filter(_.pos.isRange).map(_.pos.end)
        val parameters = template.body.collect {
          case value: ValDef if value.mods.hasFlag(scala.reflect.internal.Flags.PARAMACCESSOR) => value.pos.end
        }
        val after = (0 :: parents ::: parameters).max
        template.body.filter(member => member.pos.isOpaqueRange && member.pos.start >= after)
      }
    }
    parse(text).trees.foreach(Search.traverse)
    found.mkString("\t")
  }

  def run(): Unit = {
    val in = new BufferedInputStream(System.in, 1 << 16)
    val out = new PrintStream(new BufferedOutputStream(System.out, 1 << 16), false, "UTF-8")
    val request = new ByteArrayOutputStream
    var byte = in.read()
    while (byte >= 0) {
      if (byte == 0) {
        val text = request.toString("UTF-8")
        request.reset()
        out.print(text.head match {
          case 'p' => prefixes(text.tail)
          case 't' => trees(text.tail)
          case 'b' => bodies(text.tail)
        })
        out.print('\n')
        if (in.available() == 0) out.flush()
      } else request.write(byte)
      byte = in.read()
    }
    out.flush()
  }
}

Oracle.run()
